"""Reading `--since` and `--until`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coughd.config.errors import UsageError
from coughd.daemon.commands.shared.time_range import (
    check_order,
    check_times,
    is_length,
    moment_of,
    noon_of,
)

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
ZURICH = ZoneInfo("Europe/Zurich")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("30s", NOW - timedelta(seconds=30)),
        ("90m", NOW - timedelta(minutes=90)),
        ("24h", NOW - timedelta(hours=24)),
        (" 7d ", NOW - timedelta(days=7)),
        ("2w", NOW - timedelta(days=14)),
        ("2026-11-20", datetime(2026, 11, 20, tzinfo=ZURICH)),
        ("20261120", datetime(2026, 11, 20, tzinfo=ZURICH)),
        ("20261120T2200", datetime(2026, 11, 20, 22, tzinfo=ZURICH)),
        ("2026-11-20T22:00", datetime(2026, 11, 20, 22, tzinfo=ZURICH)),
        ("2026-11-20 22:00:30.5", datetime(2026, 11, 20, 22, 0, 30, 500_000, tzinfo=ZURICH)),
        ("2026-11-20T22:00Z", datetime(2026, 11, 20, 22, tzinfo=UTC)),
        ("2026-11-20T22:00+05:45", datetime(2026, 11, 20, 16, 15, tzinfo=UTC)),
    ],
)
def test_reads_lengths_dates_and_moments(text: str, moment: datetime) -> None:
    assert moment_of("--since", text, NOW, ZURICH) == moment


@pytest.mark.parametrize("date", ["2026-10-25", "20261025"])
def test_the_end_of_a_date_is_its_end_also_where_the_clock_changes(date: str) -> None:
    end = moment_of("--until", date, NOW, ZURICH, end=True)
    assert end == datetime(2026, 10, 26, tzinfo=ZURICH)
    begin = moment_of("--since", "2026-10-25", NOW, ZURICH)
    assert end.astimezone(UTC) - begin.astimezone(UTC) == timedelta(hours=25)


def test_a_midnight_that_does_not_exist_is_the_first_moment_of_its_day() -> None:
    zone = ZoneInfo("America/Sao_Paulo")
    begin = moment_of("--since", "2018-11-04", NOW, zone)
    assert begin.astimezone(zone).isoformat() == "2018-11-04T01:00:00-02:00"


@pytest.mark.parametrize(
    ("zone", "text", "jump"),
    [
        ("Europe/Zurich", "2026-03-29T02:00", "2026-03-29T03:00:00+02:00"),
        ("Europe/Zurich", "2026-03-29T02:30", "2026-03-29T03:00:00+02:00"),
        ("Europe/Zurich", "2026-03-29T02:59:59.5", "2026-03-29T03:00:00+02:00"),
        ("Australia/Lord_Howe", "2026-10-04T02:15", "2026-10-04T02:30:00+11:00"),
        ("America/Sao_Paulo", "2018-11-04T00:30", "2018-11-04T01:00:00-02:00"),
        ("Pacific/Apia", "2011-12-30T17:00", "2011-12-31T00:00:00+14:00"),
    ],
)
def test_a_time_that_the_clock_jumps_over_is_the_moment_of_the_jump(
    zone: str, text: str, jump: str
) -> None:
    assert moment_of("--since", text, NOW, ZoneInfo(zone)).isoformat() == jump


def test_a_time_that_comes_twice_is_the_first_one() -> None:
    moment = moment_of("--since", "2026-10-25T02:30", NOW, ZURICH)
    assert moment.isoformat() == "2026-10-25T02:30:00+02:00"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "bla",
        "24",
        "h",
        "-1h",
        "1.5h",
        "2026-13-01",
        "2026-02-30",
        "24 h",
        "٣h",
        "99999999w",
        "2026-W47",
        "2026-W47-5",
        "2026-11-20+01:00",
        "2026-11",
        "2026-11-20T",
    ],
)
def test_anything_else_is_a_usage_error_that_names_the_option(text: str) -> None:
    with pytest.raises(UsageError, match="--since"):
        moment_of("--since", text, NOW, ZURICH)


@pytest.mark.parametrize("text", ["0001-01-01", "1969-12-30", "9999-12-31", "9500-01-01"])
def test_times_out_of_reach_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="--until"):
        moment_of("--until", text, NOW, ZURICH, end=True)


@pytest.mark.parametrize(
    ("since", "until"),
    [
        ("2026-10-25T02:30+02:00", "2026-10-25T02:10+01:00"),
        ("2026-10-25T02:10+02:00", "2026-10-25T02:30+02:00"),
        ("2026-10-25T02:10+01:00", "2026-10-25T02:30+01:00"),
        ("2026-10-25T02:59+02:00", "2026-10-25T02:59+02:00"),
    ],
)
def test_what_comes_later_in_an_hour_that_comes_twice_is_no_reversed_range(
    since: str, until: str
) -> None:
    start, end = (moment_of("--since", text, NOW, ZURICH) for text in (since, until))
    check_order(start, since, end, until)
    if start != end:
        with pytest.raises(UsageError, match=r"--until .* is before --since .*; swap them"):
            check_order(end, until, start, since)


@pytest.mark.parametrize("given", [("", None), (None, ""), ("24h", "soon")])
def test_a_time_that_was_given_is_checked_also_where_it_is_empty(
    given: tuple[str | None, str | None],
) -> None:
    with pytest.raises(UsageError, match="is no time"):
        check_times(*given, NOW)
    check_times(None, None, NOW)


def test_an_end_before_what_is_shown_without_a_beginning_asks_for_one() -> None:
    until = moment_of("--until", "2026-11-01", NOW, ZURICH, end=True)
    with pytest.raises(UsageError, match=r"--until 2026-11-01 is before .*; add --since"):
        check_order(NOW, None, until, "2026-11-01")


@given(st.text(max_size=30))
def test_no_text_does_anything_but_read_or_refuse(text: str) -> None:
    try:
        assert moment_of("--since", text, NOW, ZURICH).tzinfo is ZURICH
    except UsageError:
        assert not is_length(text) or len(text.strip()) > 6


def test_a_night_begins_and_ends_at_the_noons_of_its_date() -> None:
    zone = ZoneInfo("Europe/Berlin")
    since, until = (
        noon_of(moment_of("--since", "2026-10-24", NOW, zone, end=end), "2026-10-24")
        for end in (False, True)
    )
    assert (since.isoformat(), until.isoformat()) == (
        "2026-10-24T12:00:00+02:00",
        "2026-10-25T12:00:00+01:00",
    )
    moment = moment_of("--since", "2026-10-24T15:00", NOW, zone)
    assert noon_of(moment, "2026-10-24T15:00") == moment
