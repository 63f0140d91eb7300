"""Whether a probability means what it says: reliability, Brier score, ECE. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .outcome import tell_apart
from .resampling import Numbers
from .sounds import Heard

BINS = 10


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


def judged_triggers(heard: Heard) -> Numbers:
    """Rows (probability, 1 where it was a cough) [shape=(n, 2)] of all that the probe judged.

    A trigger was a cough where it is matched one to one with a sure one, whether it was counted
    or not; triggers that lie on unsure coughs only are left out.
    """
    judged = [claim for claim in heard.claims if claim.probability is not None]
    sides = tell_apart(heard.truth.coughs, judged)
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


def reliability(rows: Numbers) -> list[Bin]:
    """The ten bins of the calibration error."""
    index = _bin_of(rows)
    bins = []
    for number in range(BINS):
        inside = rows[index == number]
        mean, share = inside.mean(axis=0) if len(inside) else (float("nan"), float("nan"))
        bins.append(Bin(number / BINS, (number + 1) / BINS, len(inside), float(mean), float(share)))
    return bins


def _bin_of(rows: Numbers) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    return np.minimum((rows[:, 0] * BINS).astype(np.intp), BINS - 1)
