"""Counting coughs against marks, one to one, and how sure such a count is. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..evaluation.scoring.matching import match


@dataclass(frozen=True, slots=True)
class Reference:
    """One cough that a person or a recipe put there."""

    onset_s: float
    offset_s: float
    sure: bool = True
    snr_db: float | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """One cough that the detector counted."""

    onset_s: float
    offset_s: float
    probability: float
    alone: float = math.nan
    """P(cough) without context."""
    gate_score: float = math.nan


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts over one recording; unsure references count neither way."""

    hits: int
    misses: int
    false_alarms: int
    duration_s: float
    onset_errors_s: tuple[float, ...] = ()

    @property
    def sensitivity(self) -> float:
        """NaN without references."""
        return _ratio(self.hits, self.hits + self.misses)

    @property
    def precision(self) -> float:
        """PPV; NaN without claims."""
        return _ratio(self.hits, self.hits + self.false_alarms)

    @property
    def f1(self) -> float:
        """NaN without references and claims."""
        return _ratio(2 * self.hits, 2 * self.hits + self.misses + self.false_alarms)

    @property
    def false_alarms_per_hour(self) -> float:
        """Of recording time."""
        return _ratio(3600.0 * self.false_alarms, self.duration_s)


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else float("nan")


def count(
    references: Sequence[Reference], claims: Sequence[Claim], duration_s: float
) -> tuple[Tally, list[bool]]:
    """Match each reference with at most one claim that overlaps it within 0.25 s.

    Returns the tally and, for each reference in order of onset, whether it was found.
    """
    ordered = sorted(references, key=lambda reference: reference.onset_s)
    pairs = match(ordered, claims)
    paired = [(ref, claims[k]) for ref, k in zip(ordered, pairs, strict=True) if k is not None]
    sure = [(reference, claim) for reference, claim in paired if reference.sure]
    tally = Tally(
        hits=len(sure),
        misses=sum(reference.sure for reference in references) - len(sure),
        false_alarms=len(claims) - len(paired),
        duration_s=duration_s,
        onset_errors_s=tuple(claim.onset_s - reference.onset_s for reference, claim in sure),
    )
    return tally, [k is not None for k in pairs]


def paired(references: Sequence[Reference], claims: Sequence[Claim]) -> list[tuple[Reference, int]]:
    """Each found reference and the index of its claim."""
    ordered = sorted(references, key=lambda reference: reference.onset_s)
    pairs = match(ordered, claims)
    return [(ref, k) for ref, k in zip(ordered, pairs, strict=True) if k is not None]


def pooled(tallies: Sequence[Tally]) -> Tally:
    """The tally of many recordings together."""
    return Tally(
        sum(tally.hits for tally in tallies),
        sum(tally.misses for tally in tallies),
        sum(tally.false_alarms for tally in tallies),
        sum(tally.duration_s for tally in tallies),
        tuple(error for tally in tallies for error in tally.onset_errors_s),
    )


def interval(
    tallies: Sequence[Tally], measure: str, seed: int = 0, draws: int = 1_000
) -> tuple[float, float]:
    """95 % bootstrap interval over recordings of one property of the pooled tally."""
    rng = np.random.default_rng(seed)
    values = []
    for _ in range(draws):
        rows = rng.integers(0, len(tallies), len(tallies))
        values.append(float(getattr(pooled([tallies[row] for row in rows]), measure)))
    low, high = np.nanpercentile(values, [2.5, 97.5])
    return float(low), float(high)
