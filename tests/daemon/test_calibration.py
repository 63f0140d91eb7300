"""What is made of a quiet stretch."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from coughd.daemon.calibration import LEAST_S, Alarm, QuietSink, Room, propose
from coughd.storage.records import Covered, EventFinished, Scored

_HOUR = Room("bed", 3600.0, 0.0, 0.0, 0.0, -60.0, None, ())


def loud(probabilities: Iterable[float]) -> tuple[Alarm, ...]:
    return tuple(Alarm(one, -20.0) for one in probabilities)


def covered(start_s: int, end_s: int, state: Any = "ok", noise_dbfs: float = -60.0) -> Covered:
    return Covered(
        source_id="bed",
        stretch_id="stretch",
        start_sample=start_s,
        end_sample=end_s,
        state=state,
        start_us=start_s * 1_000_000,
        end_us=end_s * 1_000_000,
        noise_dbfs=noise_dbfs,
    )


def trigger(probability: float | None, level_dbfs: float) -> EventFinished:
    scored = Scored(
        "other", False, "below_threshold", probability, {}, 0.5, "open", None, None, None
    )
    return EventFinished(
        "e", "bed", "stretch", 0, 1, 0, 1, 0.9, "complete", level_dbfs, 10.0, None, scored
    )


def test_a_room_is_summed_up_and_nothing_counted_twice() -> None:
    sink = QuietSink()
    for change in (
        covered(0, 10, noise_dbfs=-70.0),
        covered(0, 20, noise_dbfs=-62.0),  # the same interval, longer
        covered(20, 23, "clipped", -30.0),
        covered(23, 25, "silent"),
        covered(25, 26, "dropped"),
        trigger(0.3, -25.0),
        trigger(None, -12.0),
    ):
        sink.keep(change)
    room = sink.room("bed")
    assert (room.heard_s, room.clipped_s, room.silent_s, room.dropped_s) == (23.0, 3.0, 2.0, 1.0)
    assert (room.noise_dbfs, room.loudest_dbfs) == (-60.0, -12.0)
    assert room.alarms == (Alarm(0.3, -25.0),)
    assert "clips" in str(room.advice)
    assert "nothing was heard" in str(sink.room("hall").advice)
    muted = replace(_HOUR, heard_s=0.0, silent_s=17.4)
    assert "is the microphone muted?" in str(muted.advice)
    assert _HOUR.advice is None


@pytest.mark.parametrize(
    ("alarms", "target", "threshold", "above"),
    [
        ((), 1.0, 0.5, 0),
        ((0.9,), 1.0, 0.5, 1),  # within the target: the present one stays
        ((0.9, 0.8), 1.0, 0.801, 1),
        ((0.9, 0.8, 0.2), 0.0, 0.901, 0),
        ((0.9, 0.9), 1.0, 0.901, 0),
    ],
)
def test_the_threshold_keeps_to_the_target(
    alarms: tuple[float, ...], target: float, threshold: float, above: int
) -> None:
    proposal = propose([replace(_HOUR, alarms=loud(alarms))], 0.5, None, target)
    assert proposal is not None
    assert (proposal.threshold, proposal.false_alarms) == (threshold, above)


@pytest.mark.parametrize(
    ("alarm", "present", "doubtful"),
    [(0.89, 0.5, False), (0.9, 0.5, True), (0.9, 0.95, False), (0.96, 0.95, True)],
)
def test_what_is_as_sure_as_coughs_are_is_doubted(
    alarm: float, present: float, *, doubtful: bool
) -> None:
    proposal = propose([replace(_HOUR, alarms=loud((alarm,)))], present, None, 0.0)
    assert proposal is not None
    assert proposal.doubtful is doubtful


def test_an_hour_of_nothing_still_has_an_upper_end() -> None:
    proposal = propose([_HOUR], 0.5, None, 1.0)
    assert proposal is not None
    assert (proposal.per_hour, proposal.low_per_hour) == (0.0, 0.0)
    assert 3.0 < proposal.high_per_hour < 4.0


def test_sounds_that_chose_the_threshold_are_not_all_there_is_to_expect() -> None:
    """As many of another hour lie above its largest but one as above any: two on average."""
    hours = np.sort(np.random.default_rng(7).random((1000, 60)))
    expected, exceeded, within = [], [], []
    for hour, another in zip(hours, hours[::-1], strict=True):
        proposal = propose([replace(_HOUR, alarms=loud(hour))], 0.01, None, 1.0)
        assert proposal is not None
        assert proposal.false_alarms <= 1
        expected.append(proposal.per_hour)
        exceeded.append(np.sum(another >= proposal.threshold))
        rate = 60 * (1.0 - proposal.threshold)
        within.append(proposal.low_per_hour <= rate <= proposal.high_per_hour)
    assert np.mean(exceeded) == pytest.approx(np.mean(expected), abs=0.15)
    assert np.mean(within) == pytest.approx(0.95, abs=0.02)


def test_a_threshold_that_stays_was_not_chosen_by_what_was_heard() -> None:
    proposal = propose([replace(_HOUR, alarms=loud((0.9,)))], 0.5, None, 1.0)
    assert proposal is not None
    assert (proposal.false_alarms, proposal.per_hour) == (1, 1.0)


@pytest.mark.parametrize("heard_s", [0.0, 1.0, LEAST_S - 0.1])
def test_of_too_little_sound_there_is_no_proposal(heard_s: float) -> None:
    assert propose([replace(_HOUR, heard_s=heard_s)], 0.5, None, 1.0) is None
    assert propose([replace(_HOUR, heard_s=LEAST_S)], 0.5, None, 1.0) is not None


@given(
    st.lists(st.floats(0.0, 1.0), max_size=30),
    st.floats(0.01, 0.99),
    st.floats(0.0, 20.0),
    st.floats(60.0, 86_400.0),
)
@example(alarms=[0.95], present=0.5, target=0.0, heard_s=60.0)
def test_the_proposal_is_never_below_the_present_one_nor_over_the_target(
    alarms: list[float], present: float, target: float, heard_s: float
) -> None:
    room = replace(_HOUR, heard_s=heard_s, alarms=loud(alarms))
    proposal = propose([room], present, None, target)
    assert proposal is not None
    assert present <= proposal.threshold <= 1.0
    within = proposal.false_alarms * 3600 / heard_s <= target or proposal.threshold == 1.0
    assert within
    if proposal.threshold > present:
        assert sum(one >= present for one in alarms) > target * heard_s / 3600 - 1


def test_the_level_is_what_a_cough_must_rise_above_the_quietest_room() -> None:
    quiet, busy = replace(_HOUR, noise_dbfs=-64.4), replace(_HOUR, noise_dbfs=-40.0)
    proposal = propose([busy, quiet], 0.5, None, 1.0)
    assert proposal is not None
    assert proposal.minimum_level_dbfs == -54.0
    kept = propose([busy, quiet], 0.5, -30.0, 1.0)
    assert kept is not None
    assert (kept.minimum_level_dbfs, kept.allowed_level_dbfs) == (-30.0, -54.0)


def test_alarms_below_the_level_are_none() -> None:
    alarms = (Alarm(0.99, -70.0), Alarm(0.6, -20.0))
    proposal = propose([replace(_HOUR, alarms=alarms)], 0.5, None, 1.0)
    assert proposal is not None
    assert (proposal.threshold, proposal.false_alarms) == (0.5, 1)
