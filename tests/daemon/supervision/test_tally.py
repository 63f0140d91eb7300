"""What is counted for the metrics, and that it adds up to what the store holds."""

from __future__ import annotations

from dataclasses import replace

from fakes import FakeClock
from hypothesis import given
from hypothesis import strategies as st

from coughd.daemon.supervision.tally import DELAY_LIMITS_S, SourceTally, Tally, Triggers
from coughd.storage.records import AnchorSet, EventRescored

from ...storage.facts import EPOCH_US, SOURCE, covered, event, scored


def tally(clock: FakeClock | None = None) -> Tally:
    return Tally({SOURCE}, clock or FakeClock(utc_us=EPOCH_US))


def anchor(wall_offset_us: int, monotonic_us: int = 0, source_id: str = SOURCE) -> AnchorSet:
    return AnchorSet(
        source_id=source_id,
        stretch_id="s",
        sample=0,
        sample_rate_hz=16_000,
        monotonic_us=monotonic_us,
        utc_us=monotonic_us + wall_offset_us,
        device_rate_hz=16_000.0,
    )


def test_nothing_was_heard_of_a_source_that_nobody_knows() -> None:
    assert tally().source("other") == SourceTally()


def test_triggers_are_counted_by_what_they_were_judged_to_be() -> None:
    counts = tally()
    for change in (
        event(),
        event(counted=False),
        event(counted=False, scored=scored(counted=False, label="speech")),
        event(counted=False, scored=scored(counted=False, label="speech")),
        event(source_id="other"),
    ):
        counts.note(change)
    assert counts.source(SOURCE).coughs == 1
    assert counts.source(SOURCE).triggers == (
        Triggers("cough", "", "open", 1),
        Triggers("other", "below_threshold", "open", 1),
        Triggers("speech", "below_threshold", "open", 2),
    )


@given(st.lists(st.integers(1, 900), min_size=1, max_size=8))
def test_an_interval_told_again_counts_for_what_was_added(lengths_s: list[int]) -> None:
    counts = tally()
    for end_s in sorted(lengths_s):
        counts.note(covered(0, end_s))
    counts.note(covered(max(lengths_s), max(lengths_s) + 5, "clipped"))
    heard = counts.source(SOURCE)
    assert (heard.ok_s, heard.clipped_s) == (max(lengths_s), 5.0)


def test_what_is_told_by_a_clock_that_was_set_counts_for_what_was_added() -> None:
    counts = tally()
    set_by_us = 3_600_000_000
    counts.note(covered(0, 10))
    counts.note(replace(anchor(set_by_us), corrects_us=set_by_us))
    counts.note(
        replace(
            covered(0, 15), start_us=EPOCH_US + set_by_us, end_us=EPOCH_US + 15_000_000 + set_by_us
        )
    )
    assert counts.source(SOURCE).ok_s == 15.0


def test_each_state_has_its_own_seconds_and_the_noise_floor_is_the_latest() -> None:
    counts = tally()
    counts.note(covered(0, 10))
    counts.note(replace(covered(10, 13, "silent"), noise_dbfs=None))
    counts.note(replace(covered(13, 14, "dropped"), noise_dbfs=None))
    counts.note(replace(covered(14, 15), noise_dbfs=-48.0))
    heard = counts.source(SOURCE)
    assert (heard.ok_s, heard.silent_s, heard.dropped_s) == (11.0, 3.0, 1.0)
    assert heard.noise_dbfs == -48.0


def test_delays_fall_into_the_bucket_that_ends_at_or_above_them() -> None:
    clock = FakeClock()
    counts = tally(clock)
    for delay_s in (0.1, DELAY_LIMITS_S[1], 1_000.0):
        counts.note(replace(event(), onset_us=clock.utc_us() - round(delay_s * 1e6)))
    counts.note(replace(event(source_id="a-file"), onset_us=0))
    assert counts.delays.events == (1, 1, *[0] * (len(DELAY_LIMITS_S) - 2), 1)
    assert counts.delays.sum_s == 0.1 + DELAY_LIMITS_S[1] + 1_000.0


def test_a_clock_step_is_counted_once_for_all_sources_and_slewing_is_none() -> None:
    counts = Tally({SOURCE, "second"}, FakeClock())
    counts.note(anchor(1_000_000_000))
    counts.note(anchor(1_000_100_000, monotonic_us=3_600_000_000))  # slewed by 0.1 s
    assert counts.clock_steps == 0
    counts.note(anchor(9_000_000_000, monotonic_us=3_601_000_000))
    counts.note(anchor(9_000_000_000, source_id="second"))
    counts.note(anchor(0, source_id="a-file-with-a-time-of-its-own"))
    assert counts.clock_steps == 1


def test_later_scores_are_counted() -> None:
    counts = tally()
    counts.note(EventRescored("event-1", scored()))
    assert counts.rescored == 1
