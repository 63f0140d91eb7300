"""What other thresholds would give, and what a probability is worth, for the report. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..scoring import breakdown, calibration, curve
from ..scoring.resampling import Numbers
from ..sounds import Heard
from .numbers import Json, rounded

QUIET_RATES_PER_HOUR = (1.0, 6.0)
"""False alarms per hour for which the report names a threshold."""


def reliability_bins(triggers: Numbers) -> list[Json]:
    """How many triggers of each probability were coughs; rows (probability, was a cough)."""
    return [
        {
            "low": one.low,
            "high": one.high,
            "triggers": one.triggers,
            "mean_probability": rounded(one.mean_probability),
            "cough_share": rounded(one.cough_share),
            "chance_low": rounded(one.chance_low),
            "chance_high": rounded(one.chance_high),
        }
        for one in calibration.reliability(triggers)
    ]


def curve_points(recordings: Sequence[Heard], threshold: float | None) -> Json:
    """Scores at every threshold, and which threshold would suit whom.

    Without a threshold in use everything counts; where no probability is known either, there is no
    point.
    """
    if threshold is None:
        has_probabilities = any(
            claim.probability is not None for heard in recordings for claim in heard.claims
        )
        if not has_probabilities:
            nowhere = [{"limit": rate, "point": None} for rate in QUIET_RATES_PER_HOUR]
            return {"points": [], "best_f1": None, "at_most_false_alarms_per_hour": nowhere}
        threshold = 0.0
    truths = [heard.truth for heard in recordings]
    name = breakdown.snr_groups([cough for truth in truths for cough in truth.coughs])
    groups = [[name(cough) for cough in truth.coughs] for truth in truths]
    coughs: dict[str, int] = {}
    for truth in truths:
        for cough in truth.sure:
            coughs[name(cough)] = coughs.get(name(cough), 0) + 1
    points = curve.threshold_curve(recordings, groups, threshold)
    return {
        "points": [_point(point, coughs) for point in points],
        "best_f1": _optional_point(curve.best_f1(points, threshold), coughs),
        "at_most_false_alarms_per_hour": [
            {"limit": rate, "point": _optional_point(curve.quiet_enough(points, rate), coughs)}
            for rate in QUIET_RATES_PER_HOUR
        ],
    }


def _optional_point(point: curve.CurvePoint | None, coughs: Mapping[str, int]) -> Json | None:
    return None if point is None else _point(point, coughs)


def _point(point: curve.CurvePoint, coughs: Mapping[str, int]) -> Json:
    return {
        "threshold": point.threshold,
        **{name: rounded(value) for name, value in point.scores.items()},
        "sensitivity_by_snr": {
            group: rounded(point.hits_by_group.get(group, 0) / number)
            for group, number in coughs.items()
        },
    }
