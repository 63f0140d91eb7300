"""How well hourly rates agree: Lin's concordance and Bland and Altman's limits. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..sounds import Truth
from .matching import Interval
from .outcome import tell_apart
from .resampling import Numbers

HOUR_S = 3_600.0
LIMITS_SD = 1.96
"""Standard deviations on each side that hold 95 % of normal differences."""


@dataclass(frozen=True, slots=True)
class Piece:
    """About an hour of one recording."""

    recording: int
    start_s: float
    end_s: float
    reference_per_hour: float
    claimed_per_hour: float


def pieces(recording: int, truth: Truth, claims: Sequence[Interval]) -> list[Piece]:
    """Cut a recording into equal pieces, each as near to an hour as can be.

    A shorter recording is one piece, its counts scaled up to an hour. Counts what counts one to
    one: sure coughs, and claims that do not lie on unsure ones only.
    """
    undecided = set(tell_apart(truth, claims).undecided)
    claimed = [claim.onset_s for index, claim in enumerate(claims) if index not in undecided]
    number = max(1, round(truth.duration_s / HOUR_S))
    edges_s = np.linspace(0.0, truth.duration_s, number + 1)
    scale = HOUR_S * number / truth.duration_s
    found = _per_piece([cough.onset_s for cough in truth.sure], edges_s)
    told = _per_piece(claimed, edges_s)
    return [
        Piece(
            recording, float(edges_s[k]), float(edges_s[k + 1]), found[k] * scale, told[k] * scale
        )
        for k in range(number)
    ]


def _per_piece(onsets_s: Sequence[float], edges_s: Numbers) -> list[float]:
    counts, _ = np.histogram(onsets_s, bins=edges_s)
    return [float(count) for count in counts]


def concordance(rates: Numbers) -> float:
    """Lin's coefficient of rows (reference, claimed) [shape=(n, 2)], n >= 1.

    NaN where the reference does not vary, as with a single row: it would be 0 whatever is claimed.
    """
    reference, claimed = rates[:, 0], rates[:, 1]
    if not np.ptp(reference):
        return float("nan")
    covariance = float(np.mean((reference - reference.mean()) * (claimed - claimed.mean())))
    shift = float(claimed.mean() - reference.mean())
    spread = float(reference.var() + claimed.var()) + shift**2
    return 2.0 * covariance / spread


def bias(rates: Numbers) -> float:
    """Mean of claimed minus reference."""
    return float(np.mean(rates[:, 1] - rates[:, 0]))


def lower_limit(rates: Numbers) -> float:
    """The lower limit of agreement; NaN for a single row."""
    return bias(rates) - LIMITS_SD * _sd(rates)


def upper_limit(rates: Numbers) -> float:
    """The upper limit of agreement; NaN for a single row."""
    return bias(rates) + LIMITS_SD * _sd(rates)


def _sd(rates: Numbers) -> float:
    differences = rates[:, 1] - rates[:, 0]
    return float(differences.std(ddof=1)) if len(differences) > 1 else float("nan")
