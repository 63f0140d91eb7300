"""How sure a score is: the same score over recordings or subjects drawn again. Pure.

One `Resampling` serves every score of a report, and both configurations of a comparison, so that
a difference is taken on the same draws.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Numbers: TypeAlias = NDArray[np.float64]

DRAWS = 2_000
SEED = 20_261_121
LEVEL = 0.95
FEWEST_UNITS = 2
HIT, MISS, FALSE_ALARM, HOURS = range(4)
"""Columns of a table of counts [shape=(units, 4)]."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A score, and what it is on each draw."""

    value: float
    """NaN where it is not defined, such as a sensitivity without coughs."""
    drawn: Numbers
    """[shape=(draws,)]; empty where there are too few units to draw from."""

    @property
    def interval(self) -> tuple[float, float] | None:
        """The middle 95 % of the draws on which it is defined.

        None without such draws, and where they all agree: that says how few they are drawn from,
        not how sure the score is.
        """
        found = self._middle()
        return None if found is None or _equal(*found) else found

    @property
    def is_the_same_on_all_draws(self) -> bool:
        """Whether it has draws, and for want of differences no interval."""
        found = self._middle()
        return found is not None and _equal(*found)

    def _middle(self) -> tuple[float, float] | None:
        defined = self.drawn[np.isfinite(self.drawn)]
        if not np.isfinite(self.value) or not defined.size:
            return None
        tail = (1.0 - LEVEL) / 2.0
        low, high = np.quantile(defined, (tail, 1.0 - tail))
        return float(low), float(high)

    def minus(self, other: Measured) -> Measured:
        """How much larger this score is than another one of the same draws."""
        return Measured(self.value - other.value, self.drawn - other.drawn)


def _equal(low: float, high: float) -> bool:
    """Whether they differ by rounding at most."""
    return math.isclose(low, high, rel_tol=1e-9, abs_tol=1e-12)


def _ratio(part: Numbers, whole: Numbers) -> Numbers:
    filled = np.full(np.shape(whole), np.nan)
    return np.asarray(np.divide(part, whole, out=filled, where=whole > 0))


def _sensitivity(counts: Numbers) -> Numbers:
    return _ratio(counts[..., HIT], counts[..., HIT] + counts[..., MISS])


def _ppv(counts: Numbers) -> Numbers:
    """Undefined without references, where every claim is wrong whatever the detector."""
    coughs = counts[..., HIT] + counts[..., MISS]
    ppv = _ratio(counts[..., HIT], counts[..., HIT] + counts[..., FALSE_ALARM])
    return np.where(coughs > 0, ppv, np.nan)


def _f1(counts: Numbers) -> Numbers:
    """Undefined without references, whatever was claimed."""
    coughs = counts[..., HIT] + counts[..., MISS]
    twice = 2.0 * counts[..., HIT]
    f1 = _ratio(twice, twice + counts[..., MISS] + counts[..., FALSE_ALARM])
    return np.where(coughs > 0, f1, np.nan)


def _false_alarms_per_hour(counts: Numbers) -> Numbers:
    return _ratio(counts[..., FALSE_ALARM], counts[..., HOURS])


RATIOS: Mapping[str, Callable[[Numbers], Numbers]] = {
    "sensitivity": _sensitivity,
    "ppv": _ppv,
    "f1": _f1,
    "false_alarms_per_hour": _false_alarms_per_hour,
}
"""The scores that follow from counts [shape=(..., 4)]."""


def ratios(counts: Numbers) -> dict[str, float]:
    """All of `RATIOS` over the sum of a table [shape=(units, 4)]; NaN where undefined."""
    total = counts.sum(axis=0)
    return {name: float(ratio(total)) for name, ratio in RATIOS.items()}


class Resampling:
    """Draws as many units as there are, with replacement; the same draws at every call."""

    def __init__(self, units: int) -> None:
        self.units = units
        draws = DRAWS if units >= FEWEST_UNITS else 0
        shares = np.full(max(units, 1), 1.0 / max(units, 1))
        times = np.random.default_rng(SEED).multinomial(units, shares, size=draws)
        self._times = times.astype(np.float64)

    @property
    def undefined(self) -> Measured:
        """A score of which there is nothing to be measured, on no draw either."""
        return Measured(float("nan"), np.full(len(self._times), np.nan))

    def ratios(self, counts: Numbers) -> dict[str, Measured]:
        """All of `RATIOS` over a table of counts [shape=(units, 4)]."""
        total = counts.sum(axis=0)
        drawn = self._times @ counts
        return {
            name: Measured(float(ratio(total)), np.asarray(ratio(drawn)))
            for name, ratio in RATIOS.items()
        }

    def statistic(
        self, rows: Numbers, unit_of: NDArray[np.intp], statistic: Callable[[Numbers], float]
    ) -> Measured:
        """Any statistic of rows [shape=(n, k)], each of which belongs to a unit [shape=(n,)].

        Without rows it is NaN, and so it is on every draw.
        """
        if not len(rows):
            return self.undefined
        every = np.arange(len(rows))
        draws = (rows[np.repeat(every, times[unit_of].astype(np.intp))] for times in self._times)
        drawn = [statistic(draw) if len(draw) else float("nan") for draw in draws]
        return Measured(statistic(rows), np.array(drawn))
