"""Whether a probability means what it says: reliability, Brier score, ECE. Pure."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..sounds import Heard
from .outcome import tell_apart
from .resampling import LEVEL, SEED, Numbers

BINS = 10
_CHANCE_DRAWS = 1_000


@dataclass(frozen=True, slots=True)
class Bin:
    """Judged triggers whose probability lies in [low, high)."""

    low: float
    high: float
    triggers: int
    mean_probability: float
    """NaN without triggers."""
    cough_share: float
    """NaN without triggers."""
    chance_low: float
    """Were all probabilities true, 95 % of the shares would lie between this"""
    chance_high: float
    """and this one. NaN without triggers."""


def judged_triggers(heard: Heard) -> Numbers:
    """Rows (probability, 1 where it was a cough) [shape=(n, 2)] of all that the probe judged.

    A trigger was a cough where it is matched one to one with a sure one, whether it was counted
    or not; triggers that lie on unsure coughs only are left out.
    """
    judged = [claim for claim in heard.claims if claim.probability is not None]
    sides = tell_apart(heard.truth, judged)
    coughs = {claim for _, claim in sides.pairs}
    rows = [
        (judged[index].probability, float(index in coughs))
        for index in sorted(coughs | set(sides.wrong))
    ]
    return np.array(rows, dtype=np.float64).reshape(-1, 2)


def brier(rows: Numbers) -> float:
    """Mean squared difference of probability and truth; 0 is perfect."""
    return float(np.mean((rows[:, 0] - rows[:, 1]) ** 2))


def calibration_error(rows: Numbers) -> float:
    """Expected calibration error over ten bins of equal width."""
    index = _bin_of(rows)
    gaps = np.bincount(index, rows[:, 0] - rows[:, 1], minlength=BINS)
    return float(np.abs(gaps).sum() / len(rows))


def were_they_true(rows: Numbers) -> dict[str, float]:
    """What ECE and Brier score are expected to be where every probability means what it says.

    Not 0: the fewer triggers, the farther chance alone takes a bin's share from its mean
    probability. NaN without triggers.
    """
    if not len(rows):
        return {"ece": float("nan"), "brier": float("nan")}
    probability = rows[:, 0]
    claimed = np.bincount(_bin_of(rows), probability, minlength=BINS)
    gaps = np.abs(_coughs_by_chance(rows) - claimed)
    return {
        "ece": float(gaps.sum(axis=1).mean() / len(rows)),
        "brier": float(np.mean(probability * (1.0 - probability))),
    }


def reliability(rows: Numbers) -> list[Bin]:
    """The ten bins of the calibration error."""
    index = _bin_of(rows)
    tail = (1.0 - LEVEL) / 2.0
    chance = np.quantile(_coughs_by_chance(rows), (tail, 1.0 - tail), axis=0)
    bins = []
    for number in range(BINS):
        inside = rows[index == number]
        mean, share = inside.mean(axis=0) if len(inside) else (math.nan, math.nan)
        low, high = chance[:, number] / len(inside) if len(inside) else (math.nan, math.nan)
        edges = number / BINS, (number + 1) / BINS
        measured = (float(one) for one in (mean, share, low, high))
        bins.append(Bin(*edges, len(inside), *measured))
    return bins


def _coughs_by_chance(rows: Numbers) -> Numbers:
    """How many coughs each bin would hold were all probabilities true [shape=(draws, BINS)].

    Consistency resampling (Bröcker and Smith 2007, doi 10.1175/WAF993.1); seeded.
    """
    index, rng = _bin_of(rows), np.random.default_rng(SEED)
    drawn = [
        np.bincount(index[rng.random(len(rows)) < rows[:, 0]], minlength=BINS)
        for _ in range(_CHANCE_DRAWS)
    ]
    return np.array(drawn, dtype=np.float64)


def _bin_of(rows: Numbers) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    return np.minimum((rows[:, 0] * BINS).astype(np.intp), BINS - 1)
