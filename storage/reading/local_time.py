"""Hours, days and nights as the clock on the wall has them, cut out of UTC.

A zone's offset is constant between its transitions; inside such a piece local hours and days
are plain arithmetic, which a database can do too. Times are UTC microseconds.
"""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from difflib import get_close_matches
from itertools import pairwise
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from ...config.errors import UsageError

SECOND_US = 1_000_000
HOUR_US = 3600 * SECOND_US
DAY_US = 24 * HOUR_US
_NOON_US = 12 * HOUR_US

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def utc_now_us() -> int:
    """Give the wall clock in UTC microseconds."""
    return time.time_ns() // 1000


def to_us(moment: datetime) -> int:
    """Give UTC microseconds since 1970; ValueError without an offset."""
    if moment.utcoffset() is None:
        raise ValueError(f"{moment.isoformat()} has no UTC offset: pass an aware datetime")
    return (moment - _EPOCH) // _MICROSECOND


def from_us(utc_us: int, zone: tzinfo) -> datetime:
    """Give the moment as an aware datetime of the zone, to the microsecond."""
    return (_EPOCH + timedelta(microseconds=utc_us)).astimezone(zone)


def wall_time(shown: datetime, zone: tzinfo) -> datetime:
    """Give the moment at which a clock of the zone shows a naive time; where twice, the first one.

    What the clock jumps over is the moment of the jump.
    """
    moment = shown.replace(tzinfo=zone, fold=0)
    # In a jump Python reckons by the offset before it, or after it for the other fold.
    late_us, early_us = to_us(moment), to_us(moment.replace(fold=1))
    if from_us(late_us, zone).replace(tzinfo=None) == shown:
        return moment
    return from_us(_first_change(early_us, late_us, _offset_us(early_us, zone), zone), zone)


def find_zone(name: str) -> ZoneInfo:
    """Find an IANA time zone; UsageError where there is none of that name."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as exc:
        near = get_close_matches(name, available_timezones(), n=1)
        hint = f"did you mean {near[0]!r}?" if near else "use an IANA name like 'Europe/Zurich'"
        raise UsageError(f"there is no time zone {name!r}; {hint}") from exc


@dataclass(frozen=True, slots=True)
class Run:
    """Equal steps from `origin_us` on, of which [start_us, end_us) is meant."""

    start_us: int
    end_us: int
    origin_us: int
    """At or before `start_us`."""
    step_us: int


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows that follow one another from `starts_us[0]` to `end_us` without a gap."""

    starts_us: list[int]
    end_us: int
    runs: list[Run]
    """The same time as steps: each step of a run is a row, of which the first may go on from the
    run before."""

    def spans(self) -> Iterator[tuple[int, int]]:
        """Give each row's [start, end)."""
        return pairwise([*self.starts_us, self.end_us])

    def row_at(self, utc_us: int) -> int:
        """Give the index of the row that holds this moment."""
        return bisect_right(self.starts_us, utc_us) - 1


def one_row(start_us: int, end_us: int, _zone: tzinfo) -> Grid:
    """Make the whole time one row, in any zone."""
    step_us = max(end_us - start_us, 1)
    return Grid([start_us], end_us, [Run(start_us, end_us, start_us, step_us)])


def hours(start_us: int, end_us: int, zone: tzinfo) -> Grid:
    """Cut [start, end) at each full local hour and where the zone's offset changes.

    A clock that goes back one hour has that hour twice; a zone that moves by half an hour has
    rows of 30 minutes that day. The first and the last row are what the range has of them.
    """
    starts_us: list[int] = []
    runs = _runs(start_us, end_us, zone, HOUR_US)
    for run in runs:
        starts_us.append(run.start_us)
        starts_us.extend(range(run.origin_us + HOUR_US, run.end_us, HOUR_US))
    return Grid(starts_us, end_us, runs)


def days(start_us: int, end_us: int, zone: tzinfo) -> Grid:
    """Cut [start, end) at each change of the local date; days of 23 or 25 hours stay whole."""
    return _dates(start_us, end_us, zone, 0)


def nights(start_us: int, end_us: int, zone: tzinfo) -> Grid:
    """Cut [start, end) at each local noon; see `evening_of`."""
    return _dates(start_us, end_us, zone, _NOON_US)


def evening_of(local: datetime) -> date:
    """Name the night, from noon to noon, that holds a local moment: the date of its evening."""
    return _date(local, _NOON_US)


def _dates(start_us: int, end_us: int, zone: tzinfo, begins_us: int) -> Grid:
    """Cut where the clock is so long past midnight, however long the day was."""
    starts_us: list[int] = []
    runs = _runs(start_us, end_us, zone, DAY_US, begins_us)
    latest = None
    for run in runs:
        for day_us in range(run.origin_us, run.end_us, DAY_US):
            first_us = max(day_us, run.start_us)
            found = _date(from_us(first_us, zone), begins_us)
            if found != latest:
                starts_us.append(first_us)
            latest = found
    return Grid(starts_us, end_us, runs)


def _date(local: datetime, begins_us: int) -> date:
    return (local.replace(tzinfo=None) - begins_us * _MICROSECOND).date()


def _runs(start_us: int, end_us: int, zone: tzinfo, step_us: int, begins_us: int = 0) -> list[Run]:
    """Give the steps whose local time is `begins_us` after a multiple of theirs."""
    runs = []
    for first_us, last_us, offset_us in _constant_offsets(start_us, end_us, zone):
        shift_us = offset_us - begins_us
        origin_us = (first_us + shift_us) // step_us * step_us - shift_us
        runs.append(Run(first_us, last_us, origin_us, step_us))
    return runs


def _constant_offsets(start_us: int, end_us: int, zone: tzinfo) -> Iterator[tuple[int, int, int]]:
    """Give (start, end, offset) of the pieces in which the zone's offset does not change."""
    first_us = start_us
    offset_us = _offset_us(start_us, zone)
    seen_us = start_us
    while seen_us < end_us:
        # No zone has changed twice within a day since 1970: the nearest two are a week apart.
        next_us = min(seen_us + DAY_US, end_us)
        next_offset_us = _offset_us(next_us, zone)
        if next_offset_us != offset_us:
            change_us = _first_change(seen_us, next_us, offset_us, zone)
            if change_us < end_us:
                yield first_us, change_us, offset_us
                first_us, offset_us = change_us, next_offset_us
        seen_us = next_us
    if first_us < end_us:
        yield first_us, end_us, offset_us


def _first_change(before_us: int, after_us: int, offset_us: int, zone: tzinfo) -> int:
    """Find the first whole second of (before, after] with another offset."""
    low, high = before_us // SECOND_US, -(-after_us // SECOND_US)
    while high - low > 1:
        middle = (low + high) // 2
        if _offset_us(middle * SECOND_US, zone) == offset_us:
            low = middle
        else:
            high = middle
    return high * SECOND_US


def _offset_us(utc_us: int, zone: tzinfo) -> int:
    offset = from_us(utc_us, zone).utcoffset()
    if offset is None:
        raise ValueError(f"{zone} is no time zone with offsets")
    return offset // _MICROSECOND
