"""How much was coughed in each hour of each day or night. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, TypeAlias

from .....storage.reading.intervals import Interval
from .....storage.reading.local_time import HOUR_US, evening_of
from .....storage.reading.rates import poisson_interval

RowsAre: TypeAlias = Literal["day", "night"]
_HOURS = 24


@dataclass(frozen=True, slots=True)
class Field:
    """An hour by the clock on the wall; one that a clock passes twice is one field."""

    coughs: int = 0
    monitored_us: int = 0
    elapsed_us: int = 0
    minimum_coverage: float = 0.0

    def plus(self, more: Field) -> Field:
        """Both together."""
        return Field(
            self.coughs + more.coughs,
            self.monitored_us + more.monitored_us,
            self.elapsed_us + more.elapsed_us,
            max(self.minimum_coverage, more.minimum_coverage),
        )

    @property
    def is_heard(self) -> bool:
        """Whether anything is known of its coughs."""
        return bool(self.monitored_us or self.coughs)

    @property
    def is_enough(self) -> bool:
        """Whether so much of it was monitored that there is a rate."""
        return bool(
            self.monitored_us and self.monitored_us >= self.minimum_coverage * self.elapsed_us
        )

    @property
    def rate(self) -> tuple[float, float, float]:
        """Coughs per monitored hour, and its 95 % interval; only where it `is_enough`."""
        low, high = poisson_interval(self.coughs)
        hours = self.monitored_us / HOUR_US
        return self.coughs / hours, low / hours, high / hours


Rows: TypeAlias = Mapping[date, Mapping[int, Field]]
"""Each day's fields, or each evening's, by the hour of the clock, 0 to 23; where no time of the
sources has passed there is none."""


def clock_hours(rows_are: RowsAre) -> list[int]:
    """The hours of a row in their order: a night goes from noon to noon."""
    first = _HOURS // 2 if rows_are == "night" else 0
    return [(first + number) % _HOURS for number in range(_HOURS)]


def fields_of(hours: Iterable[Interval], rows_are: RowsAre) -> Rows:
    """Sort hours into days or nights; between the first and the last row none is missing."""
    rows: dict[date, dict[int, Field]] = {}
    for hour in hours:
        day = evening_of(hour.start) if rows_are == "night" else hour.start.date()
        row = rows.setdefault(day, {})
        if hour.elapsed_us or hour.coughs:
            field = Field(
                hour.coughs, hour.monitored_us, hour.elapsed_us, hour.terms.minimum_coverage
            )
            row[hour.start.hour] = row.get(hour.start.hour, Field()).plus(field)
    if not rows:
        return {}
    first, last = min(rows), max(rows)
    every = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return {day: rows.get(day, {}) for day in every}


def by_clock(rows: Rows) -> list[Field]:
    """All days together, hour by hour of the clock."""
    sums = [Field()] * _HOURS
    for row in rows.values():
        for hour, field in row.items():
            sums[hour] = sums[hour].plus(field)
    return sums
