"""Epochs as they happen: which coughs belong together, and when that is over."""

from __future__ import annotations

from coughd.daemon.epochs import EpochTracker
from coughd.storage.records import EpochEnded

RATE_HZ = 1_000
GAP_S = 2.0
LENGTH = 300


class Tracked:
    """Coughs at their onsets in milliseconds, which are samples here, and what ended."""

    def __init__(self) -> None:
        self.tracker = EpochTracker("bed", GAP_S, RATE_HZ)
        self.ended: list[EpochEnded] = []

    def cough(self, onset: int, length: int = LENGTH) -> str:
        self.advance(onset)
        offset = onset + length
        return self.tracker.add(f"event-{onset}", onset * 1_000, offset * 1_000, offset)

    def advance(self, sample: int) -> None:
        ended = self.tracker.advance(sample)
        if ended is not None:
            self.ended.append(ended)


def test_each_cough_within_the_gap_prolongs_the_epoch() -> None:
    tracked = Tracked()
    onsets = range(0, 20_000, 2_000)
    assert {tracked.cough(onset) for onset in onsets} == {"event-0"}
    assert tracked.ended == []
    tracked.advance(18_000 + LENGTH + 1_999)
    assert tracked.ended == []
    tracked.advance(18_000 + LENGTH + 2_000)
    assert tracked.ended == [
        EpochEnded(
            epoch_id="event-0",
            source_id="bed",
            coughs=10,
            onset_us=0,
            offset_us=18_300_000,
            gap_s=GAP_S,
        )
    ]


def test_a_pause_as_long_as_the_gap_begins_another() -> None:
    tracked = Tracked()
    assert tracked.cough(0) == "event-0"
    assert tracked.cough(LENGTH + 2_000) == f"event-{LENGTH + 2_000}"
    assert [ended.coughs for ended in tracked.ended] == [1]


def test_a_short_cough_inside_a_long_one_does_not_end_it_early() -> None:
    tracked = Tracked()
    tracked.cough(0, length=1_000)
    tracked.cough(200, length=100)
    tracked.advance(2_999)
    assert tracked.ended == []
    ended = tracked.tracker.finish()
    assert ended is not None
    assert (ended.coughs, ended.offset_us) == (2, 1_000_000)


def test_what_ended_ends_once() -> None:
    tracked = Tracked()
    tracked.cough(0)
    assert tracked.tracker.finish() is not None
    assert tracked.tracker.finish() is None
    tracked.advance(60_000)
    assert tracked.ended == []


def test_a_clock_that_is_set_moves_the_open_epoch() -> None:
    tracked = Tracked()
    tracked.tracker.correct(5)
    tracked.cough(1_000)
    tracked.tracker.correct(7)
    ended = tracked.tracker.finish()
    assert ended is not None
    assert (ended.onset_us, ended.offset_us) == (1_000_007, 1_300_007)
