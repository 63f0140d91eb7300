from __future__ import annotations

import math

import pytest

from coughd.detectors.training.counting import Claim, Reference, Tally, count, interval, pooled


def claim(onset_s: float) -> Claim:
    return Claim(onset_s, onset_s + 0.2, 0.9)


def reference(onset_s: float, *, sure: bool = True) -> Reference:
    return Reference(onset_s, onset_s + 0.2, sure)


def test_one_claim_counts_one_cough() -> None:
    tally, found = count([reference(1.0), reference(1.35)], [claim(1.02)], 60.0)
    assert (tally.hits, tally.misses, tally.false_alarms) == (1, 1, 0)
    assert found == [True, False]
    assert tally.onset_errors_s == pytest.approx((0.02,))


def test_two_claims_on_one_cough_are_one_false_alarm() -> None:
    tally, _ = count([reference(1.0)], [claim(1.0), claim(1.21)], 60.0)
    assert (tally.hits, tally.false_alarms) == (1, 1)
    assert tally.false_alarms_per_hour == 60.0


def test_an_unsure_cough_counts_neither_way() -> None:
    missed, _ = count([reference(1.0, sure=False)], [], 60.0)
    found, _ = count([reference(1.0, sure=False)], [claim(1.0)], 60.0)
    assert (missed.hits, missed.misses, missed.false_alarms) == (0, 0, 0)
    assert (found.hits, found.misses, found.false_alarms) == (0, 0, 0)


def test_scores() -> None:
    tally = Tally(hits=8, misses=2, false_alarms=2, duration_s=3600.0)
    assert (tally.sensitivity, tally.precision, tally.f1) == (0.8, 0.8, 0.8)


def test_a_score_over_nothing_is_no_number() -> None:
    assert math.isnan(Tally(0, 0, 0, 10.0).sensitivity)


def test_the_interval_holds_the_score() -> None:
    tallies = [Tally(9, 1, 1, 60.0), Tally(5, 5, 0, 60.0), Tally(10, 0, 2, 60.0)]
    low, high = interval(tallies, "sensitivity")
    assert low <= pooled(tallies).sensitivity <= high
    assert interval(tallies, "sensitivity") == (low, high)
