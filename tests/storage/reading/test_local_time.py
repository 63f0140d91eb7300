"""Local hours and days, against counting quarters of an hour one by one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from coughd.config.errors import UsageError
from coughd.storage.reading.local_time import (
    DAY_US,
    HOUR_US,
    Grid,
    days,
    evening_of,
    find_zone,
    from_us,
    hours,
    nights,
    one_row,
    to_us,
)
from coughd.storage.schema import BUCKET_US

ZURICH = ZoneInfo("Europe/Zurich")
ZONES = sorted(available_timezones() - {"localtime"})
MOMENTS = st.integers(
    to_us(datetime(1980, 1, 1, tzinfo=UTC)) // BUCKET_US,
    to_us(datetime(2050, 1, 1, tzinfo=UTC)) // BUCKET_US,
)
"""Quarters of an hour. Kiritimati's clock, the last to do so, kept to none until October 1979."""


def at(year: int, month: int, day: int, hour: int = 0, minute: int = 0, zone: tzinfo = UTC) -> int:
    return to_us(datetime(year, month, day, hour, minute, tzinfo=zone))


def lengths_h(grid: Grid) -> list[float]:
    return [(end_us - start_us) / HOUR_US for start_us, end_us in grid.spans()]


def counted_by_quarters(
    start_us: int, end_us: int, zone: tzinfo, name_of: Callable[[datetime], Any]
) -> list[int]:
    starts, latest = [], None
    for quarter_us in range(start_us, end_us, BUCKET_US):
        name = name_of(from_us(quarter_us, zone))
        if name != latest:
            starts.append(quarter_us)
        latest = name
    return starts


@given(zone=st.sampled_from(ZONES), quarter=MOMENTS, quarters=st.integers(1, 400))
@example(zone="Australia/Lord_Howe", quarter=at(2026, 4, 4) // BUCKET_US, quarters=300)
@example(zone="Australia/Lord_Howe", quarter=at(2026, 10, 3) // BUCKET_US, quarters=300)
@example(zone="Asia/Kathmandu", quarter=at(1985, 12, 31) // BUCKET_US, quarters=300)
@example(zone="Pacific/Apia", quarter=at(2011, 12, 29) // BUCKET_US, quarters=300)
@example(zone="America/Sao_Paulo", quarter=at(2018, 2, 17) // BUCKET_US, quarters=300)
@example(zone="Antarctica/Troll", quarter=at(2026, 10, 24) // BUCKET_US, quarters=300)
def test_every_zone_is_cut_where_its_clock_says(zone: str, quarter: int, quarters: int) -> None:
    start_us, tz = quarter * BUCKET_US, ZoneInfo(zone)
    end_us = start_us + quarters * BUCKET_US
    by_clock = counted_by_quarters(
        start_us, end_us, tz, lambda local: (local.date(), local.hour, local.utcoffset())
    )
    assert hours(start_us, end_us, tz).starts_us == by_clock
    assert days(start_us, end_us, tz).starts_us == counted_by_quarters(
        start_us, end_us, tz, lambda local: local.date()
    )
    assert nights(start_us, end_us, tz).starts_us == counted_by_quarters(
        start_us, end_us, tz, evening_of
    )


@given(zone=st.sampled_from(ZONES), quarter=MOMENTS, quarters=st.integers(1, 4_000))
def test_the_steps_of_a_grid_fall_into_its_rows(zone: str, quarter: int, quarters: int) -> None:
    start_us, tz = quarter * BUCKET_US, ZoneInfo(zone)
    for grid in (
        hours(start_us, start_us + quarters * BUCKET_US, tz),
        days(start_us, start_us + quarters * BUCKET_US, tz),
    ):
        assert grid.runs[0].start_us == start_us
        assert grid.runs[-1].end_us == grid.end_us == start_us + quarters * BUCKET_US
        for run, following in zip(grid.runs, grid.runs[1:], strict=False):
            assert run.end_us == following.start_us
        for run in grid.runs:
            assert run.origin_us <= run.start_us < run.origin_us + run.step_us
            for at_us in range(run.start_us, run.end_us, BUCKET_US):
                step = (at_us - run.origin_us) // run.step_us
                assert grid.row_at(at_us) == grid.row_at(run.start_us) + step


def test_days_of_23_and_25_hours_stay_whole() -> None:
    spring = days(at(2026, 3, 28, zone=ZURICH), at(2026, 3, 31, zone=ZURICH), ZURICH)
    autumn = days(at(2026, 10, 24, zone=ZURICH), at(2026, 10, 27, zone=ZURICH), ZURICH)
    assert lengths_h(spring) == [24, 23, 24]
    assert lengths_h(autumn) == [24, 25, 24]


def test_the_repeated_hour_is_there_twice() -> None:
    grid = hours(at(2026, 10, 25, zone=ZURICH), at(2026, 10, 26, zone=ZURICH), ZURICH)
    assert len(grid.starts_us) == 25
    assert [from_us(us, ZURICH).isoformat() for us in grid.starts_us[2:4]] == [
        "2026-10-25T02:00:00+02:00",
        "2026-10-25T02:00:00+01:00",
    ]


def test_lord_howe_moves_by_half_an_hour() -> None:
    zone = ZoneInfo("Australia/Lord_Howe")
    grid = hours(at(2026, 4, 4, 13, 30), at(2026, 4, 4, 17, 30), zone)
    assert [from_us(us, zone).strftime("%H:%M%z") for us in grid.starts_us] == [
        "00:30+1100",
        "01:00+1100",
        "01:30+1030",
        "02:00+1030",
        "03:00+1030",
    ]
    assert lengths_h(grid) == [0.5, 1, 0.5, 1, 1]


def test_hours_in_kathmandu_begin_at_a_quarter_past() -> None:
    grid = hours(at(2026, 1, 1, 0, 7), at(2026, 1, 1, 2), ZoneInfo("Asia/Kathmandu"))
    assert [us % HOUR_US // 60_000_000 for us in grid.starts_us] == [7, 15, 15]


def test_an_empty_range_has_no_hours_and_one_row() -> None:
    moment_us = at(2026, 1, 1)
    assert list(hours(moment_us, moment_us, ZURICH).spans()) == []
    assert list(days(moment_us, moment_us, ZURICH).spans()) == []
    assert list(one_row(moment_us, moment_us, UTC).spans()) == [(moment_us, moment_us)]


@given(st.integers(0, 4 * 10**15), st.sampled_from(ZONES))
def test_microseconds_survive_the_way_there_and_back(utc_us: int, zone: str) -> None:
    assert to_us(from_us(utc_us, ZoneInfo(zone))) == utc_us


def test_a_datetime_without_an_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="no UTC offset"):
        to_us(datetime(2026, 1, 1))  # noqa: DTZ001


@pytest.mark.parametrize("name", ["Europe/Zürich", "Europe/Zurch", "", "../etc/passwd", "/etc"])
def test_an_unknown_zone_is_a_usage_error(name: str) -> None:
    with pytest.raises(UsageError, match="no time zone"):
        find_zone(name)


def test_a_misspelt_zone_gets_a_suggestion() -> None:
    with pytest.raises(UsageError, match="did you mean 'Europe/Zurich'"):
        find_zone("Europe/Zurch")


def test_a_whole_year_of_hours_is_there() -> None:
    grid = hours(at(2026, 1, 1, zone=ZURICH), at(2027, 1, 1, zone=ZURICH), ZURICH)
    assert len(grid.starts_us) == 365 * 24
    assert grid.end_us - grid.starts_us[0] == 365 * DAY_US
    assert timedelta(microseconds=grid.end_us - grid.starts_us[0]) == timedelta(days=365)
