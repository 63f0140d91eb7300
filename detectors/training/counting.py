"""Counting coughs against marks, one to one, and how sure such a count is. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

TOLERANCE_S = 0.25


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
    free = list(claims)
    found: list[bool] = []
    errors: list[float] = []
    hits = misses = 0
    for reference in sorted(references, key=lambda r: r.onset_s):
        near = [
            claim
            for claim in free
            if claim.onset_s < reference.offset_s + TOLERANCE_S
            and claim.offset_s > reference.onset_s - TOLERANCE_S
        ]
        found.append(bool(near))
        if near:
            nearest = min(near, key=lambda claim: abs(claim.onset_s - reference.onset_s))
            free.remove(nearest)
            if reference.sure:
                hits += 1
                errors.append(nearest.onset_s - reference.onset_s)
        elif reference.sure:
            misses += 1
    return Tally(hits, misses, len(free), duration_s, tuple(errors)), found


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
