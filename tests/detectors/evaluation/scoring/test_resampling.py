"""Intervals: reproducible, as wide as they should be, and absent where there is nothing to draw."""

from __future__ import annotations

import math

import numpy as np
import pytest

from coughd.detectors.evaluation.scoring.resampling import Measured, Resampling, ratios


def test_ratios_of_a_table() -> None:
    scores = ratios(np.array([[3.0, 1.0, 2.0, 0.5], [0.0, 0.0, 1.0, 0.5]]))

    assert scores["sensitivity"] == pytest.approx(0.75)
    assert scores["ppv"] == pytest.approx(0.5)
    assert scores["f1"] == pytest.approx(0.6)
    assert scores["false_alarms_per_hour"] == pytest.approx(3.0)


def test_without_coughs_only_false_alarms_are_defined() -> None:
    scores = ratios(np.array([[0.0, 0.0, 2.0, 1.0]]))

    assert math.isnan(scores["sensitivity"])
    assert math.isnan(scores["ppv"])
    assert math.isnan(scores["f1"])
    assert scores["false_alarms_per_hour"] == 2.0


def test_the_same_draws_at_every_call() -> None:
    table = np.random.default_rng(1).integers(0, 5, (20, 4)).astype(np.float64)
    first, second = (Resampling(20).ratios(table)["f1"].interval for _ in range(2))

    assert first is not None
    assert first == second


def test_an_interval_is_about_as_wide_as_theory_says() -> None:
    hits = (np.arange(400) % 5 > 0).astype(np.float64)  # 0.8 of 400
    table = np.stack([hits, 1.0 - hits, 0 * hits, 0 * hits], axis=1)
    interval = Resampling(400).ratios(table)["sensitivity"].interval

    assert interval is not None
    half_width = 1.96 * math.sqrt(0.8 * 0.2 / 400)
    assert interval[0] == pytest.approx(0.8 - half_width, abs=0.006)
    assert interval[1] == pytest.approx(0.8 + half_width, abs=0.006)


def test_one_unit_has_no_interval() -> None:
    measured = Resampling(1).ratios(np.array([[3.0, 1.0, 0.0, 1.0]]))["sensitivity"]

    assert measured.value == 0.75
    assert measured.interval is None


def test_a_difference_is_taken_draw_by_draw() -> None:
    table = np.random.default_rng(2).integers(1, 9, (30, 4)).astype(np.float64)
    score = Resampling(30).ratios(table)["f1"]

    other = Measured(score.value + 0.1, score.drawn + np.linspace(0.0, 0.2, score.drawn.size))
    interval = other.minus(score).interval

    assert interval == pytest.approx((0.005, 0.195))


def test_draws_that_all_agree_are_no_interval() -> None:
    table = np.tile([2.0, 1.0, 0.0, 0.1], (7, 1))
    scores = Resampling(7).ratios(table)

    for measured in scores.values():
        assert measured.interval is None
        assert measured.is_the_same_on_all_draws
    assert not Resampling(1).ratios(table[:1])["f1"].is_the_same_on_all_draws


def test_any_statistic_is_drawn_by_unit() -> None:
    rows = np.array([[1.0], [1.0], [9.0]])
    measured = Resampling(2).statistic(
        rows, np.array([0, 0, 1], dtype=np.intp), lambda some: float(some.mean())
    )

    assert measured.value == pytest.approx(11 / 3)
    assert set(np.round(measured.drawn, 6)) == {1.0, round(11 / 3, 6), 9.0}


def test_nothing_measured_is_not_defined() -> None:
    nothing = Resampling(5).statistic(np.empty((0, 1)), np.empty(0, np.intp), lambda _: 1.0)

    assert math.isnan(nothing.value)
    assert nothing.interval is None
    assert Measured(float("nan"), np.ones(3)).interval is None
