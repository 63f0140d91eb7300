from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from coughd.daemon.commands.views.page.fields import by_clock, clock_hours, fields_of
from coughd.storage.reading.intervals import Interval, Tally, Terms
from coughd.storage.reading.local_time import HOUR_US, to_us

ZURICH = ZoneInfo("Europe/Zurich")


def hour(
    start: datetime, coughs: int = 0, monitored: float = 1.0, elapsed: float = 1.0
) -> Interval:
    """An hour of which so much has passed and was monitored."""
    start_us = to_us(start)
    tally = Tally(coughs=coughs, ok_us=round(monitored * HOUR_US))
    terms = Terms(start.tzinfo or ZURICH, minimum_coverage=0.5)
    elapsed_us = round(elapsed * HOUR_US)
    return Interval(start_us, start_us + HOUR_US, "bed", tally, elapsed_us, terms)


def at(day: int, hour_: int, fold: int = 0) -> datetime:
    return datetime(2026, 10, day, hour_, tzinfo=ZURICH, fold=fold)


def test_a_night_has_the_morning_after_its_evening() -> None:
    rows = fields_of([hour(at(3, 23), 1), hour(at(4, 2), 2), hour(at(4, 12), 4)], "night")
    assert {date(2026, 10, 3): [23, 2], date(2026, 10, 4): [12]} == {
        day: [*row] for day, row in rows.items()
    }
    assert 2 == rows[date(2026, 10, 3)][2].coughs
    assert [12, 23, 0, 11] == [clock_hours("night")[at] for at in (0, 11, 12, 23)]


def test_a_day_is_one_and_none_between_two_is_missing() -> None:
    rows = fields_of([hour(at(3, 23)), hour(at(6, 0))], "day")
    assert [date(2026, 10, 3) + timedelta(days=number) for number in range(4)] == [*rows]
    assert {} == rows[date(2026, 10, 4)]
    assert [*range(24)] == clock_hours("day")


def test_the_hour_that_a_clock_passes_twice_is_one_field() -> None:
    twice = [hour(at(25, 2), 3), hour(at(25, 2, fold=1), 4, monitored=0.5)]
    assert HOUR_US == to_us(twice[1].start) - to_us(twice[0].start)
    (field,) = fields_of(twice, "day")[date(2026, 10, 25)].values()
    assert (7, 1.5 * 3600, 2 * 3600) == (field.coughs, field.monitored_s, field.elapsed_s)
    assert field.rate_per_hour == pytest.approx(7 / 1.5)
    assert (twice[0].start, twice[1].end) == (field.start, field.end)


def test_time_that_has_not_passed_has_no_field() -> None:
    assert {date(2026, 10, 3): {}} == fields_of([hour(at(3, 5), monitored=0, elapsed=0)], "day")
    assert {} == fields_of([], "night")


def test_all_days_are_added_hour_by_hour_of_the_clock() -> None:
    rows = fields_of([hour(at(3, 5), 1), hour(at(4, 5), 2), hour(at(4, 6), 4)], "day")
    sums = by_clock(rows)
    assert {5: 3, 6: 4} == {clock: field.coughs for clock, field in sums.items()}
    assert 2 * HOUR_US == sums[5].monitored_us == sums[5].elapsed_us
