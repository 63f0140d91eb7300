"""Brier and ECE worked out by hand, and which triggers they are taken on."""

from __future__ import annotations

import math

import numpy as np
import pytest
from annotated import claim, cough, heard, truth
from hypothesis import given
from hypothesis import strategies as st

from coughd.detectors.evaluation.scoring.calibration import (
    brier,
    calibration_error,
    judged_triggers,
    reliability,
    were_they_true,
)

ROWS = np.array([[0.95, 1.0], [0.95, 0.0], [0.15, 0.0], [0.15, 0.0]])


def test_brier_and_ece() -> None:
    assert brier(ROWS) == pytest.approx((0.05**2 + 0.95**2 + 2 * 0.15**2) / 4)
    assert calibration_error(ROWS) == pytest.approx((2 * 0.45 + 2 * 0.15) / 4)


def test_true_probabilities_get_what_is_said_of_them() -> None:
    rng = np.random.default_rng(1)
    probability = rng.random(400)
    claimed = were_they_true(np.column_stack([probability, np.zeros(400)]))
    drawn = [np.column_stack([probability, rng.random(400) < probability]) for _ in range(100)]

    for name, scored in (("ece", calibration_error), ("brier", brier)):
        assert claimed[name] == pytest.approx(np.mean([scored(rows) for rows in drawn]), rel=0.05)


def test_a_bin_tells_where_chance_would_leave_it() -> None:
    rows = np.array([[0.55, 1.0]] * 100 + [[0.05, 0.0]])
    fifties = reliability(rows)[5]

    # Of 100 at 0.55, between 45 and 65: the binomial's middle 95 %.
    assert fifties.chance_low == pytest.approx(0.45, abs=0.02)
    assert fifties.chance_high == pytest.approx(0.65, abs=0.02)
    assert fifties.cough_share == 1.0
    assert math.isnan(reliability(rows)[9].chance_low)


def test_the_fewer_the_triggers_the_more_chance_leaves() -> None:
    some = np.column_stack([np.linspace(0.0, 1.0, 2_000), np.zeros(2_000)])
    assert were_they_true(some[::40])["ece"] > 3 * were_they_true(some)["ece"]
    assert math.isnan(were_they_true(np.empty((0, 2)))["ece"])


def test_bins_hold_every_trigger_once() -> None:
    bins = reliability(np.array([[0.0, 0.0], [0.1, 0.0], [0.999, 1.0], [1.0, 1.0]]))

    assert [one.triggers for one in bins] == [1, 1, 0, 0, 0, 0, 0, 0, 0, 2]
    assert bins[9].cough_share == 1.0
    assert math.isnan(bins[5].cough_share)


def test_refused_triggers_count_and_undecided_ones_do_not() -> None:
    recording = truth(cough(1.0), cough(5.0), cough(9.0, sure=False))
    claims = (claim(1.0, 0.9), claim(5.0, 0.2), claim(9.0, 0.7), claim(20.0, 0.4))
    rows = judged_triggers(heard(recording, *claims, claim(30.0, None, counted=True)))

    assert sorted(map(tuple, rows.tolist())) == [(0.2, 1.0), (0.4, 0.0), (0.9, 1.0)]


def test_no_trigger_is_an_empty_table() -> None:
    assert judged_triggers(heard(truth())).shape == (0, 2)


@given(st.lists(st.tuples(st.floats(0, 1), st.sampled_from([0.0, 1.0])), min_size=1))
def test_scores_stay_in_their_range(pairs: list[tuple[float, float]]) -> None:
    rows = np.array(pairs)

    assert 0.0 <= brier(rows) <= 1.0
    assert 0.0 <= calibration_error(rows) <= 1.0
    assert sum(one.triggers for one in reliability(rows)) == len(pairs)
