from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from coughd.detectors.hear.waiting import WaitingWindow, WaitingWindows

SIZES = (1, 4, 8)


def window(name: object) -> WaitingWindow:
    return WaitingWindow(str(name), np.zeros(4, np.float32))


def names(windows: list[WaitingWindow]) -> list[str]:
    return [each.request_id for each in windows]


def test_the_oldest_gives_way() -> None:
    waiting = WaitingWindows(2)
    assert [None, None] == [waiting.add(window(name)) for name in "ab"]
    gave_way = waiting.add(window("c"))
    assert gave_way is not None
    assert "a" == gave_way.request_id
    assert 2 == len(waiting)


def test_a_batch_that_failed_returns_first_and_goes_one_by_one() -> None:
    waiting = WaitingWindows(20)
    for name in range(6):
        waiting.add(window(name))
    failed = waiting.take(SIZES)
    waiting.put_back(failed)
    batches = [waiting.take(SIZES) for _ in range(6)]
    assert [["0"], ["1"], ["2"], ["3"], ["4"], ["5"]] == [names(batch) for batch in batches]
    assert [1, 1, 1, 1, 0, 0] == [batch[0].failures for batch in batches]


def test_fresh_windows_do_not_share_a_batch_with_a_failed_one() -> None:
    waiting = WaitingWindows(20)
    waiting.add(window("fresh"))
    waiting.put_back([window("failed")])
    assert [["failed"], ["fresh"], []] == [names(waiting.take(SIZES)) for _ in range(3)]


@given(st.lists(st.sampled_from(["add", "take", "fail"]), max_size=60), st.integers(1, 10))
def test_every_window_is_somewhere_exactly_once(steps: list[str], bound: int) -> None:
    waiting = WaitingWindows(bound)
    added = 0
    gone: list[str] = []
    for step in steps:
        if step == "add":
            gave_way = waiting.add(window(added))
            gone += [gave_way.request_id] if gave_way else []
            added += 1
        else:
            taken = waiting.take(SIZES)
            assert len(taken) <= max(SIZES)
            if step == "fail":
                waiting.put_back(taken)
            else:
                gone += names(taken)
        assert len(waiting) <= bound + max(SIZES)
    while taken := waiting.take(SIZES):
        gone += names(taken)
    assert sorted(map(str, range(added))) == sorted(gone)


def test_a_batch_is_sent_when_full_or_when_its_oldest_has_waited() -> None:
    waiting = WaitingWindows(20)
    assert waiting.due_s(fill=3, wait_s=0.5) is None
    for name, since_s in (("a", 10.0), ("b", 10.2)):
        waiting.add(WaitingWindow(name, np.zeros(4, np.float32), since_s))
        assert 10.5 == waiting.due_s(fill=3, wait_s=0.5)
    waiting.add(WaitingWindow("c", np.zeros(4, np.float32), 10.3))
    assert 10.0 == waiting.due_s(fill=3, wait_s=0.5)


def test_what_failed_before_waits_for_nobody() -> None:
    waiting = WaitingWindows(20)
    waiting.put_back([WaitingWindow("a", np.zeros(4, np.float32), 10.0)])
    assert 10.0 == waiting.due_s(fill=3, wait_s=0.5)
