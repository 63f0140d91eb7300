"""What other thresholds of the probe would have given. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..sounds import Heard
from .outcome import tell_apart
from .resampling import FALSE_ALARM, HIT, HOURS, MISS, Numbers, ratios

_STEPS = 100
_TAILS = (0.001, 0.002, 0.005)
"""Finer steps near 0 and 1, where few false alarms are left."""
SECONDS_PER_HOUR = 3_600.0


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """All recordings, counted at one threshold; NaN where a score is not defined."""

    threshold: float
    scores: Mapping[str, float]
    """The four of `RATIOS`."""
    hits_by_group: Mapping[str, int]
    """Coughs found, by the group that the caller gave."""


def threshold_curve(
    recordings: Sequence[Heard], groups: Sequence[Sequence[str]], at: float
) -> list[CurvePoint]:
    """Count in steps of 0.01, in finer ones near 0 and 1, and at the threshold in use.

    `groups` names the group of each cough of each recording. Triggers that the gate alone judged
    stay as they were.
    """
    steps = {round(step / _STEPS, 2) for step in range(1, _STEPS)}
    tails = {*_TAILS, *(round(1.0 - tail, 3) for tail in _TAILS)}
    return [_point(recordings, groups, threshold) for threshold in sorted(steps | tails | {at})]


def _point(
    recordings: Sequence[Heard], groups: Sequence[Sequence[str]], threshold: float
) -> CurvePoint:
    total: Numbers = np.zeros((1, 4))
    hits_by_group: dict[str, int] = {}
    for heard, group_of in zip(recordings, groups, strict=True):
        claims = [claim for claim in heard.claims if claim.counts_at(threshold)]
        sides = tell_apart(heard.truth, claims)
        total[0, HIT] += len(sides.pairs)
        total[0, MISS] += len(sides.missed)
        total[0, FALSE_ALARM] += len(sides.wrong)
        total[0, HOURS] += heard.truth.duration_s / SECONDS_PER_HOUR
        for cough, _ in sides.pairs:
            hits_by_group[group_of[cough]] = hits_by_group.get(group_of[cough], 0) + 1
    return CurvePoint(threshold, ratios(total), hits_by_group)


def best_f1(points: Sequence[CurvePoint], at: float) -> CurvePoint | None:
    """The point that counts best on these recordings; None without coughs.

    Of equally good ones the nearest to the threshold in use: nothing speaks for moving it farther.
    """
    defined = [point for point in points if np.isfinite(point.scores["f1"])]

    def worth(point: CurvePoint) -> tuple[float, float]:
        return point.scores["f1"], -abs(point.threshold - at)

    return max(defined, key=worth, default=None)


def quiet_enough(points: Sequence[CurvePoint], false_alarms_per_hour: float) -> CurvePoint | None:
    """The lowest threshold from which on no more false alarms come; None where none is."""
    found = None
    for point in reversed(points):
        if point.scores["false_alarms_per_hour"] > false_alarms_per_hour:
            break
        found = point
    return found
