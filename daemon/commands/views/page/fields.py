"""How much was coughed in each hour of each day or night. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Literal, TypeAlias

from .....storage.reading.intervals import Interval, together
from .....storage.reading.local_time import evening_of

RowsAre: TypeAlias = Literal["day", "night"]
Rows: TypeAlias = Mapping[date, Mapping[int, Interval]]
"""Each day's hours, or each evening's, by the hour of the clock on the wall, 0 to 23; one that a
clock passes twice is one. Where no time of the sources has passed there is none."""
_HOURS = 24


def clock_hours(rows_are: RowsAre) -> list[int]:
    """The hours of a row in their order: a night goes from noon to noon."""
    first = _HOURS // 2 if rows_are == "night" else 0
    return [(first + number) % _HOURS for number in range(_HOURS)]


def day_of(row: Interval, rows_are: RowsAre) -> date:
    """The date of a day, or of a night's evening, in which an interval begins."""
    return evening_of(row.start) if rows_are == "night" else row.start.date()


def fields_of(hours: Iterable[Interval], rows_are: RowsAre) -> Rows:
    """Sort hours into days or nights; between the first and the last row none is missing."""
    rows: dict[date, dict[int, Interval]] = defaultdict(dict)
    for hour in hours:
        row = rows[day_of(hour, rows_are)]
        if hour.elapsed_us or hour.coughs:
            at = hour.start.hour
            row[at] = together([row[at], hour]) if at in row else hour
    if not rows:
        return {}
    first, last = min(rows), max(rows)
    every = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return {day: rows.get(day, {}) for day in every}


def by_clock(rows: Rows) -> dict[int, Interval]:
    """All days together, for each hour of the clock of which some time has passed."""
    found: dict[int, list[Interval]] = defaultdict(list)
    for row in rows.values():
        for hour, field in row.items():
            found[hour].append(field)
    return {hour: together(some) for hour, some in found.items()}
