"""The thread that keeps clips: when one is written, and when it goes again."""

from __future__ import annotations

import json
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from judged_windows import event_id, judged
from patience import until
from simulated_clock import SimulatedClock

from coughd.config.errors import ConfigError
from coughd.daemon.clips.choosing import ClipChooser
from coughd.daemon.clips.clip_file import clip_path
from coughd.daemon.clips.forgetting import ClipLimits
from coughd.daemon.clips.keeper import ClipKeeper
from coughd.daemon.clips.sealing import ClipKey
from coughd.daemon.clips.shelf import ClipShelf, forget_uncounted
from coughd.daemon.clips.writer import MOST_TO_FORGET, ClipWriter
from coughd.daemon.steady_clock import STEADY_S
from coughd.storage.records import AnchorSet, EventRescored, EventReviewed, OutboxRow
from coughd.storage.store import EventStore

from ...storage.facts import event, open_store, scored, seen

DAY_US = 86_400_000_000
KEY = ClipKey(bytes(range(32)))
OTHER_KEY = ClipKey(bytes(32))
NO_LIMITS = ClipLimits(age_us=None, largest_bytes=None, best_of_day=None)
PLENTY = 10**12


@pytest.fixture
def store(tmp_path: Path) -> Iterator[EventStore]:
    with open_store(tmp_path / "coughd.sqlite3") as opened:
        yield opened


def keeper(
    folder: Path,
    limits: ClipLimits = NO_LIMITS,
    free: int = PLENTY,
    clock: SimulatedClock | None = None,
    refused: Callable[[Sequence[str]], list[str]] = lambda _event_ids: [],
) -> ClipKeeper:
    clock = clock or SimulatedClock(10 * DAY_US)
    writer = ClipWriter(folder, KEY, limits, 1000, clock, refused, free=lambda _: free)
    return ClipKeeper(writer, lambda: ClipChooser(0.5, 1.5, 0.2))


def test_a_kept_clip_is_the_window_that_was_judged(tmp_path: Path) -> None:
    with keeper(tmp_path) as clips:
        window, event = judged(1, 100_000)
        clips.judged(window, event)
        clips.settled("s", 200_000)
        until(lambda: clips.counts.written)
    shelf = ClipShelf(tmp_path, KEY)
    again = shelf.window(event_id(1))
    assert again is not None
    np.testing.assert_allclose(again, window.samples, atol=1 / 32_000)
    assert shelf.window(event_id(2)) is None
    assert stat.S_IMODE(shelf.folder.stat().st_mode) == 0o700
    with pytest.raises(ConfigError, match="were encrypted with another key"):
        shelf.check_key(OTHER_KEY)


def test_a_stop_writes_what_was_decided(tmp_path: Path) -> None:
    with keeper(tmp_path) as clips:
        clips.judged(*judged(1, 100_000))
        clips.ended("s")
    assert len(ClipShelf(tmp_path).clips()) == 1


def update(event: str, reason: str | None) -> OutboxRow:
    body = {"event_id": event, "counted": reason is None, "reason": reason}
    return OutboxRow(1, "cough.event.update.home.bed", json.dumps(body))


def test_a_later_score_that_counts_it_no_more_takes_the_clip(tmp_path: Path) -> None:
    with keeper(tmp_path) as clips:
        clips.judged(*judged(1, 100_000))
        clips.ended("s")
        until(lambda: clips.counts.written)
        clips.told([update(event_id(1), "below_threshold")])
        until(lambda: clips.counts.forgotten)
    assert ClipShelf(tmp_path).clips() == []


@pytest.mark.parametrize("reason", [None, "rejected_by_review", "relabelled_by_review"])
def test_what_a_person_has_said_takes_no_clip(tmp_path: Path, reason: str | None) -> None:
    with keeper(tmp_path) as clips:
        clips.judged(*judged(1, 100_000))
        clips.ended("s")
        clips.told([update(event_id(1), reason)])
    assert 1 == len(ClipShelf(tmp_path).clips())


def test_a_score_of_an_event_that_a_person_has_confirmed_takes_no_clip(
    tmp_path: Path, store: EventStore
) -> None:
    """As it is told by a store, where a later score refuses two events that were counted."""
    ids = [event_id(number) for number in (1, 2)]
    with keeper(tmp_path) as clips:
        for number in (1, 2):
            clips.judged(*judged(number, number * 200_000))
        clips.ended("s")
        store.write([seen(), *(event(each, 10_000 * n) for n, each in enumerate(ids))])
        store.write([EventReviewed(ids[0], "confirm", None, "anna", "", 1)])
        refused = scored(counted=False, reason="below_threshold", probability=0.1)
        clips.told(store.write([EventRescored(each, refused) for each in ids]))
    assert ids[:1] == [each.header.event_id for each in ClipShelf(tmp_path).clips()]


def test_a_clip_that_a_killed_daemon_left_goes_at_the_start(
    tmp_path: Path, store: EventStore
) -> None:
    """A store that was put in its place knows none of them: that is no reason to delete."""
    with keeper(tmp_path) as clips:
        for number in range(1, 5):
            clips.judged(*judged(number, number * 200_000))
        clips.ended("s")
    ids = [event_id(number) for number in range(1, 4)]
    store.write([seen(), *(event(each, 10_000 * n) for n, each in enumerate(ids))])
    refused = scored(counted=False, reason="below_threshold", probability=0.1)
    store.write([EventRescored(ids[0], refused)])
    store.write([EventReviewed(ids[1], "reject", None, "anna", "that was the dog", 1)])
    with keeper(tmp_path, refused=store.uncounted_by_score) as clips:
        until(lambda: clips.counts.forgotten)
    assert sorted(ClipShelf(tmp_path).event_ids()) == [event_id(number) for number in (2, 3, 4)]


_HALF_A_CLIP = """
import os, pathlib, sys
from coughd.config.private_file import write_private
os.fsync = os._exit
write_private(pathlib.Path(sys.argv[1]), b"sealed sound")
"""


def test_a_clip_that_was_half_written_when_the_daemon_was_killed_goes_at_the_start(
    tmp_path: Path,
) -> None:
    with keeper(tmp_path):
        pass
    folder = ClipShelf(tmp_path).folder
    before = sorted(folder.iterdir())
    killed = [sys.executable, "-c", _HALF_A_CLIP, str(clip_path(folder, event_id(1)))]
    assert subprocess.run(killed, check=False).returncode > 0
    assert len(list(folder.iterdir())) == len(before) + 1
    with keeper(tmp_path):
        assert before == sorted(folder.iterdir())


def test_what_is_counted_no_more_before_it_is_decided_gets_no_clip(tmp_path: Path) -> None:
    with keeper(tmp_path) as clips:
        clips.judged(*judged(1, 100_000))
        clips.judged(*judged(2, 200_000))
        clips.noted([EventRescored(event_id(1), judged(1, 1, counted=False)[1].scored)])
        clips.ended("s")
    assert [event_id(2)] == [each.header.event_id for each in ClipShelf(tmp_path).clips()]


def test_an_id_that_names_no_clip_disturbs_nobody(tmp_path: Path) -> None:
    with keeper(tmp_path) as clips:
        clips.told([update("../other", "below_threshold")])
        clips.judged(*judged(1, 100_000))
        clips.ended("s")
    assert 1 == clips.counts.written


def test_a_stop_before_all_is_judged_writes_no_clip(tmp_path: Path) -> None:
    with keeper(tmp_path) as clips:
        clips.judged(*judged(1, 100_000))
        clips.left("s")
        clips.judged(*judged(2, 100_000))  # the listening loop fails here
    assert [] == ClipShelf(tmp_path).clips()
    assert 1 == clips.counts.dropped


def test_many_to_forget_do_not_keep_each_other_out(tmp_path: Path) -> None:
    clips = keeper(tmp_path)  # not entered: nobody takes what waits
    clips.told([update(event_id(number), "below_threshold") for number in range(500)])
    assert 500 == clips._writer.waiting


def test_without_room_no_clip_is_written_and_the_old_ones_go(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with keeper(tmp_path) as clips:
        clips.judged(*judged(1, 100_000))
        clips.ended("s")
    assert len(ClipShelf(tmp_path).clips()) == 1
    with keeper(tmp_path, free=999) as clips:
        until(lambda: clips.counts.forgotten)
        for number in range(2, 5):
            clips.judged(*judged(number, number * 100_000))
        clips.ended("s")
        until(lambda: clips.counts.dropped == 3)
    assert ClipShelf(tmp_path).clips() == []
    assert len([each for each in caplog.messages if "no clips are kept now" in each]) == 1


def test_no_clip_is_too_old_by_a_clock_that_was_wrong_at_boot(tmp_path: Path) -> None:
    with keeper(tmp_path) as clips:
        clips.judged(*judged(1, 100_000))
        clips.ended("s")
    two_days = ClipLimits(2 * DAY_US, largest_bytes=None, best_of_day=None)
    clock = SimulatedClock(10_000 * DAY_US)
    with keeper(tmp_path, two_days, clock=clock) as clips:
        clips.judged(*judged(2, 200_000))
        clips.ended("s")
        until(lambda: clips.counts.written)  # after it has looked for old ones
        assert 2 == len(ClipShelf(tmp_path).clips())
        clock.advance(STEADY_S)
        until(lambda: clips.counts.forgotten == 2)
    assert [] == ClipShelf(tmp_path).clips()


def test_a_clock_that_is_set_corrects_the_clips_of_this_life_and_source(tmp_path: Path) -> None:
    """What is written, what waits to be written, and what waits to be decided."""

    def anchor(source_id: str, by_us: int) -> AnchorSet:
        return AnchorSet(source_id, "s", 0, 16_000, 0, 0, 16_000.0, by_us)

    with keeper(tmp_path) as clips:
        clips.judged(*judged(1, 100_000))
        clips.ended("s")
    with keeper(tmp_path) as clips:
        clips.judged(*judged(2, 200_000))
        clips.ended("s")
        until(lambda: clips.counts.written)
        clips.judged(*judged(3, 300_000))
        clips.judged(*judged(4, 400_000))
        clips.settled("s", 360_000)
        clips.noted([anchor("sofa", 7 * DAY_US), anchor("bed", DAY_US), anchor("bed", 0)])
        clips.ended("s")
        until(lambda: clips.counts.written == 3)
    shelf = ClipShelf(tmp_path, KEY)
    times = {each.header.event_id: each.header.onset_us for each in shelf.clips()}
    assert times == {
        event_id(1): 100_000,
        event_id(2): 200_000 + DAY_US,
        event_id(3): 300_000 + DAY_US,
        event_id(4): 400_000 + DAY_US,
    }
    again = shelf.window(event_id(2))
    assert again is not None
    np.testing.assert_allclose(again, judged(2, 200_000)[0].samples, atol=1 / 32_000)


def test_without_a_daemon_the_command_that_rescored_deletes(tmp_path: Path) -> None:
    with keeper(tmp_path) as clips:
        clips.judged(*judged(1, 100_000))
        clips.judged(*judged(2, 200_000))
        clips.ended("s")
    forget_uncounted(tmp_path, [update(event_id(1), "below_threshold"), update(event_id(2), None)])
    assert [event_id(2)] == [each.header.event_id for each in ClipShelf(tmp_path).clips()]


def test_too_many_at_once_are_dropped_and_counted(tmp_path: Path) -> None:
    clips = keeper(tmp_path)  # not entered: nobody takes what waits
    for number in range(70):
        clips.judged(*judged(number, number * 100_000))
        clips.settled("s", number * 100_000 + 50_000)
    assert clips.counts.dropped == 6


def test_what_finds_no_place_in_the_row_is_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock = SimulatedClock(10 * DAY_US)
    writer = ClipWriter(tmp_path, KEY, NO_LIMITS, 1000, clock, lambda _event_ids: [])
    writer.forget([event_id(1)] * MOST_TO_FORGET)  # nobody takes any of it: it was not started
    assert caplog.messages == []
    writer.forget([event_id(2), event_id(3)])
    writer.correct("bed", DAY_US)
    at_the_next_start, wrong_time = caplog.messages
    assert "some clips of what counts no more go at the next start" in at_the_next_start
    assert event_id(2) not in at_the_next_start, "the time of a cough"
    assert "clips of bed keep a wrong time" in wrong_time
