"""Whether a probability means what it says: reliability, Brier score, ECE. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .outcome import tell_apart
from .resampling import SEED, Numbers
from .sounds import Heard

BINS = 10
_CHANCE_DRAWS = 200


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


def were_they_true(rows: Numbers) -> dict[str, float]:
    """What ECE and Brier score are expected to be where every probability means what it says.

    Not 0: the fewer triggers, the farther chance alone takes a bin's share from its mean
    probability (Bröcker and Smith 2007, doi 10.1175/WAF993.1). Seeded draws; NaN without triggers.
    """
    if not len(rows):
        return {"ece": float("nan"), "brier": float("nan")}
    probability = rows[:, 0]
    rng = np.random.default_rng(SEED)
    errors = [
        calibration_error(np.column_stack([probability, rng.random(len(rows)) < probability]))
        for _ in range(_CHANCE_DRAWS)
    ]
    return {
        "ece": float(np.mean(errors)),
        "brier": float(np.mean(probability * (1.0 - probability))),
    }


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
