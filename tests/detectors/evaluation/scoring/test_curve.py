"""Other thresholds, as if the detector had run with them."""

from __future__ import annotations

import math

from annotated import claim, cough, heard, truth

from coughd.detectors.evaluation.scoring.curve import best_f1, quiet_enough, threshold_curve

RECORDING = heard(
    truth(cough(1.0), cough(5.0), duration_s=3_600.0),
    claim(1.0, 0.9),
    claim(5.0, 0.3),
    claim(9.0, 0.2),
    claim(20.0, 0.6),
)
POINTS = threshold_curve([RECORDING], [["20 dB", "0 dB"]], at=0.555)


def at(threshold: float) -> dict[str, float]:
    (point,) = [point for point in POINTS if point.threshold == threshold]
    return dict(point.scores)


def test_each_threshold_counts_anew() -> None:
    assert at(0.1)["sensitivity"] == 1.0
    assert at(0.1)["false_alarms_per_hour"] == 2.0
    assert at(0.3)["sensitivity"] == 1.0
    assert at(0.31)["sensitivity"] == 0.5
    assert at(0.7)["ppv"] == 1.0
    assert math.isnan(at(0.95)["ppv"])


def test_the_threshold_in_use_is_on_the_curve() -> None:
    thresholds = [point.threshold for point in POINTS]

    assert 0.555 in thresholds
    assert thresholds == sorted(thresholds)


def test_what_is_too_quiet_counts_at_no_threshold() -> None:
    recording = heard(truth(cough(1.0), cough(5.0)), claim(1.0), claim(5.0, too_quiet=True))

    points = threshold_curve([recording], [["", ""]], at=0.5)

    assert {point.scores["sensitivity"] for point in points if point.threshold <= 0.9} == {0.5}


def test_hits_are_told_by_group() -> None:
    assert POINTS[0].hits_by_group == {"20 dB": 1, "0 dB": 1}
    assert POINTS[-14].hits_by_group == {"20 dB": 1}


def test_named_points() -> None:
    best = best_f1(POINTS, 0.1)
    quiet = quiet_enough(POINTS, 0.5)

    assert best is not None
    assert best.threshold == 0.21
    assert quiet is not None
    assert quiet.threshold == 0.61
    assert best_f1(threshold_curve([heard(truth())], [[]], 0.5), 0.5) is None


def test_of_equally_good_thresholds_the_nearest_to_the_one_in_use_is_named() -> None:
    surely_told = heard(truth(cough(1.0)), claim(1.0, 0.9), claim(9.0, 0.1))
    points = threshold_curve([surely_told], [[""]], at=0.555)

    best = best_f1(points, 0.555)

    assert best is not None
    assert (best.threshold, best.scores["f1"]) == (0.555, 1.0)


def test_what_the_gate_alone_counted_stays_counted() -> None:
    always = heard(truth(duration_s=3_600.0), claim(1.0, None, counted=True))
    points = threshold_curve([always], [[]], 0.5)

    assert {point.scores["false_alarms_per_hour"] for point in points} == {1.0}
    assert quiet_enough(points, 0.5) is None
