from __future__ import annotations

from datetime import date, datetime, timedelta

from coughd.daemon.commands.views.page.fields import day_of
from coughd.daemon.commands.views.page.weeks import MOST_ROWS, plotted
from coughd.storage.reading.intervals import Interval

from .test_fields import ZURICH, hour

THURSDAY_NOON = datetime(2026, 10, 1, 12, tzinfo=ZURICH)


def nights(count: int) -> list[Interval]:
    """Each with a cough more than the one before; of the third one nothing was monitored."""
    return [
        hour(THURSDAY_NOON + timedelta(days=number), number, 0.0 if number == 2 else 1.0)
        for number in range(count)
    ]


def test_few_are_plotted_as_they_are() -> None:
    rows = nights(MOST_ROWS)
    assert (rows, "night") == plotted(rows, "night")
    assert ([], "day") == plotted([], "day")


def test_of_many_the_weeks_are_plotted_from_monday_on() -> None:
    rows = nights(MOST_ROWS + 1)
    weeks, each = plotted(rows, "night")
    assert "week" == each
    assert [date(2026, 10, 1), date(2026, 10, 5), date(2026, 10, 12)] == [
        day_of(week, "night") for week in weeks[:3]
    ]
    first = weeks[0]
    assert (0 + 1 + 2 + 3, 3 * 3600.0, 4 * 3600.0) == (
        first.coughs,
        first.monitored_s,
        first.elapsed_s,
    )
    assert (0.75, rows[3].end_us) == (first.coverage, first.end_us)
    assert sum(row.coughs for row in rows) == sum(week.coughs for week in weeks)


def test_the_last_days_of_december_belong_to_their_week() -> None:
    first = datetime(2026, 9, 28, tzinfo=ZURICH)
    rows = [hour(first + timedelta(days=number), 1) for number in range(MOST_ROWS + 1)]
    weeks, _ = plotted(rows, "day")
    assert {7} == {week.coughs for week in weeks[:-1]}
