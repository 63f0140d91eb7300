"""What was counted in a span of time, how much of it was heard, and the rate that follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from functools import reduce
from typing import NamedTuple, TypedDict

from ..rollup import EPOCH_GAP_US
from .local_time import HOUR_US, SECOND_US, from_us
from .rates import poisson_interval
from .shares import percent_below, percent_given

DEFAULT_GAP_S = EPOCH_GAP_US / SECOND_US
LONGEST_GAP_S = 3600.0
"""As `epoch.gap_s` of the configuration allows."""
DEFAULT_MINIMUM_COUGHS = 1
DEFAULT_MINIMUM_COVERAGE = 0.5


class SumsOf(TypedDict, total=False):
    """What sums are of: which sources, and what an epoch is."""

    source_ids: Sequence[str] | None
    gap_s: float
    minimum_coughs: int


@dataclass(frozen=True, slots=True)
class Terms:
    """What must be printed beside a number for it to mean anything."""

    zone: tzinfo
    gap_s: float = DEFAULT_GAP_S
    """A pause of this length, from offset to onset, ends an epoch."""
    minimum_coughs: int = DEFAULT_MINIMUM_COUGHS
    """Fewer coughs are no epoch."""
    minimum_coverage: float = DEFAULT_MINIMUM_COVERAGE
    """Share of the time (0..1) below which no rate is given."""


class Tally(NamedTuple):
    """What is added up."""

    coughs: int = 0
    cough_seconds: int = 0
    epochs: int = 0
    rejected: int = 0
    ok_us: int = 0
    clipped_us: int = 0
    silent_us: int = 0
    dropped_us: int = 0

    def plus(self, other: Tally) -> Tally:
        """Add field by field."""
        return Tally(*(mine + its for mine, its in zip(self, other, strict=True)))


class Interval(NamedTuple):
    """An hour, a day or a whole range.

    A named tuple and not a dataclass, because a year has 8,760 hours and is to be had in
    milliseconds; what can be derived is derived when it is asked for.
    """

    start_us: int
    end_us: int
    source_id: str | None
    """None: the sources together, their monitored and elapsed times added."""
    tally: Tally
    elapsed_us: int
    """Time of the sources that has passed: since each was first known, until now."""
    terms: Terms
    epochs_are_known: bool = True

    @property
    def start(self) -> datetime:
        """The first moment, in the history's time zone."""
        return from_us(self.start_us, self.terms.zone)

    @property
    def end(self) -> datetime:
        """The moment after the last, in the history's time zone."""
        return from_us(self.end_us, self.terms.zone)

    @property
    def coughs(self) -> int:
        """Counted coughs whose onset is in the interval."""
        return self.tally.coughs

    @property
    def cough_seconds(self) -> int:
        """UTC seconds in which at least one cough of a source begins."""
        return self.tally.cough_seconds

    @property
    def epochs(self) -> int | None:
        """Epochs whose first onset is in the interval, by `terms.gap_s` and its minimum.

        None where other terms than the store's own ask for coughs that are no longer kept.
        """
        return self.tally.epochs if self.epochs_are_known else None

    @property
    def rejected(self) -> int:
        """Triggers that are stored and not counted."""
        return self.tally.rejected

    @property
    def monitored_us(self) -> int:
        """Time that was heard: `ok` and `clipped`."""
        return self.tally.ok_us + self.tally.clipped_us

    @property
    def monitored_s(self) -> float:
        """Seconds that were heard."""
        return self.monitored_us / SECOND_US

    @property
    def elapsed_s(self) -> float:
        """Seconds of source time that have passed."""
        return self.elapsed_us / SECOND_US

    @property
    def coverage(self) -> float:
        """Monitored share of the elapsed time, 0..1; 0 where none has passed."""
        # A wall clock set back makes two stretches claim the same time.
        return min(self.monitored_us / self.elapsed_us, 1.0) if self.elapsed_us else 0.0

    @property
    def rate_withheld(self) -> str | None:
        """Why there is no rate, in a sentence; None where there is one."""
        if not self.monitored_us:
            return "Nothing was monitored, so there is no cough rate."
        if self.coverage < self.terms.minimum_coverage:
            minimum = self.terms.minimum_coverage
            return (
                f"Only {percent_below(self.coverage, minimum)} of the time was monitored, less "
                f"than the {percent_given(minimum)} from which a cough rate is given."
            )
        return None

    @property
    def rate_per_hour(self) -> float | None:
        """Coughs per monitored hour; None where withheld."""
        return self._per_hour(self.coughs)

    @property
    def rate_low(self) -> float | None:
        """Lower end of the rate's 95 % interval; see `rates.poisson_interval`."""
        return self._per_hour(poisson_interval(self.coughs)[0])

    @property
    def rate_high(self) -> float | None:
        """Upper end of the rate's 95 % interval."""
        return self._per_hour(poisson_interval(self.coughs)[1])

    def _per_hour(self, coughs: float) -> float | None:
        if self.rate_withheld is not None:
            return None
        return coughs * HOUR_US / self.monitored_us


def together(intervals: Sequence[Interval]) -> Interval:
    """One of several, one at least, in the order of their times; no gap between them has passed."""
    first, last = intervals[0], intervals[-1]
    return first._replace(
        end_us=last.end_us,
        tally=reduce(Tally.plus, (one.tally for one in intervals)),
        elapsed_us=sum(one.elapsed_us for one in intervals),
        epochs_are_known=all(one.epochs_are_known for one in intervals),
    )
