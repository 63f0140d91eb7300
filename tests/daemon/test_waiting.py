"""How long the listening loop sleeps, and what may wake it."""

from __future__ import annotations

import select
from collections.abc import Iterator
from contextlib import closing

import pytest
from fakes import FakeClock, ListSource

from coughd.daemon.lifecycle import StopRequest
from coughd.daemon.waiting import LONGEST_WAIT_S, wait_for_sound

PIPE = 99


class SourceAt(ListSource):
    """Is due at a moment, or never; has a pipe, or none."""

    def __init__(self, due_s: float | None, descriptor: int | None = None) -> None:
        super().__init__("a", [])
        self._due_s, self._descriptor = due_s, descriptor

    def next_due_s(self) -> float | None:
        return self._due_s

    def fileno(self) -> int | None:  # type: ignore[override]
        return self._descriptor


class FakePoll:
    """Remembers what it was asked to wait for, and does not."""

    def __init__(self) -> None:
        self.descriptors: list[int] = []
        self.waits_ms: list[float] = []

    def register(self, descriptor: int, events: int) -> None:
        assert events == select.POLLIN
        self.descriptors.append(descriptor)

    def poll(self, wait_ms: float) -> None:
        self.waits_ms.append(wait_ms)


@pytest.fixture
def poll(monkeypatch: pytest.MonkeyPatch) -> FakePoll:
    fake = FakePoll()
    monkeypatch.setattr(select, "poll", lambda: fake)
    return fake


@pytest.fixture
def stop() -> Iterator[StopRequest]:
    with closing(StopRequest()) as request:
        yield request


@pytest.mark.parametrize(
    ("dues_s", "wait_s"),
    [
        ([], LONGEST_WAIT_S),
        ([None], LONGEST_WAIT_S),
        ([160.0, None], LONGEST_WAIT_S),
        ([160.0, 100.04], 0.04),
    ],
)
def test_it_sleeps_until_the_first_is_due_and_never_for_long(
    dues_s: list[float | None], wait_s: float, poll: FakePoll, stop: StopRequest
) -> None:
    wait_for_sound([SourceAt(due_s) for due_s in dues_s], stop, FakeClock(monotonic_s=100.0))
    assert poll.waits_ms == pytest.approx([wait_s * 1000])


@pytest.mark.parametrize("due_s", [0.0, 99.9, 100.0])
def test_it_does_not_sleep_where_one_is_due(
    due_s: float, poll: FakePoll, stop: StopRequest
) -> None:
    sources = [SourceAt(160.0, PIPE), SourceAt(due_s)]
    wait_for_sound(sources, stop, FakeClock(monotonic_s=100.0))
    assert poll.waits_ms == []


def test_sound_in_a_pipe_wakes_it_and_so_does_a_stop(poll: FakePoll, stop: StopRequest) -> None:
    wait_for_sound([SourceAt(None), SourceAt(160.0, PIPE)], stop, FakeClock(monotonic_s=100.0))
    assert poll.descriptors == [stop.fileno(), PIPE]
