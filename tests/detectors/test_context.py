from __future__ import annotations

import pytest

from coughd.detectors.context import ContextWeights, RecentTriggers, gate_log_odds
from coughd.detectors.ports import MIN_COUGH_SPACING_SAMPLES, Context

REACH_SAMPLES = 48_000


def test_each_part_of_the_context_moves_the_log_odds_by_its_weight() -> None:
    weights = ContextWeights(slope=2.0, gate=0.5, before=3.0, offset=-1.0)
    assert weights.log_odds(0.5, Context(gate_score=0.5, before=0.0)) == 0.0
    assert weights.log_odds(0.5, Context(gate_score=0.5, before=0.5)) == 1.5
    assert weights.log_odds(0.5, Context(0.9, 0.0)) == pytest.approx(0.5 * gate_log_odds(0.9))


def test_a_gate_that_is_certain_stays_finite() -> None:
    assert gate_log_odds(1.0) == pytest.approx(9.21, abs=0.01)
    assert gate_log_odds(0.0) == pytest.approx(-9.21, abs=0.01)


def test_the_likeliest_trigger_of_three_seconds_counts() -> None:
    recent = RecentTriggers()
    assert recent.before(1_000) == 0.0
    recent.add(1_000, 0.9)
    recent.add(9_000, 0.4)
    recent.add(17_000, None)
    assert recent.before(1_000) == 0.0
    assert recent.before(1_001) == 0.9
    assert recent.before(1_000 + REACH_SAMPLES) == 0.9
    assert recent.before(1_001 + REACH_SAMPLES) == 0.4
    assert recent.before(9_001 + REACH_SAMPLES) == 0.0


def test_as_many_triggers_as_can_stand_within_reach_are_remembered() -> None:
    recent = RecentTriggers()
    onsets = range(0, REACH_SAMPLES, MIN_COUGH_SPACING_SAMPLES)
    for onset in onsets:
        recent.add(onset, 0.8 if onset == 0 else 0.1)
    assert recent.before(REACH_SAMPLES) == 0.8
    recent.add(REACH_SAMPLES, 0.1)
    assert recent.before(REACH_SAMPLES) == 0.1  # gave way
