from __future__ import annotations

import re
from xml.etree import ElementTree as ET

from coughd.daemon.commands.views.page.charts import coughs_of_each, rate_by_clock, rate_of_each
from coughd.daemon.commands.views.page.fields import Field
from coughd.storage.reading.intervals import Interval

from .test_fields import at, hour


def days(*coughs_and_monitored: tuple[int, float]) -> list[Interval]:
    return [
        hour(at(1 + number, 0), coughs, monitored)
        for number, (coughs, monitored) in enumerate(coughs_and_monitored)
    ]


def test_a_bar_for_each_day_that_was_heard() -> None:
    svg = coughs_of_each(days((4, 1.0), (2, 0.3), (0, 0.0), (8, 1.0)), "day")
    heights = dict.fromkeys(re.findall(r'class="bar (\w+)"', svg))
    assert ["s0", "pale"] == [*heights]
    assert 3 == svg.count('class="bar')


def test_a_rate_where_there_is_one() -> None:
    svg = rate_of_each(days((4, 1.0), (2, 0.3), (0, 0.0), (0, 1.0)), "night")
    assert 2 == svg.count("<circle")
    assert 2 == svg.count('<line class="line s0"')


def test_a_wide_interval_does_not_hide_the_others() -> None:
    """One cough in a minute that happens to be all that was monitored: 60 an hour, up to 334."""
    svg = rate_of_each([hour(at(1, 0), 1, 1 / 60, 1 / 60), *days((10, 1.0))], "day")
    tops = [float(y) for y in re.findall(r'text-anchor="end">([\d.]+)<', svg)]
    assert 60 <= max(tops) <= 130


def test_the_clock_has_a_bar_for_each_hour_with_a_rate() -> None:
    fields = [Field()] * 24
    fields[5] = Field(3, 3_600_000_000, 3_600_000_000, 0.5)
    fields[6] = Field(3, 1_000_000_000, 3_600_000_000, 0.5)
    svg = rate_by_clock(fields, "night")
    assert 1 == svg.count('class="bar s0"')
    assert ["12", "15", "18", "21", "00", "03", "06", "09"] == re.findall(r">(\d\d)<", svg)


def test_nothing_at_all_is_drawn_too() -> None:
    for svg in (
        coughs_of_each([], "day"),
        coughs_of_each(days((0, 0.0)), "night"),
        rate_of_each([], "day"),
        rate_of_each(days((0, 1.0)), "day"),
        rate_by_clock([Field()] * 24, "day"),
    ):
        assert "svg" == ET.fromstring(svg).tag


def test_a_year_has_few_names() -> None:
    year = [hour(at(1, 0), 1)] * 366
    assert len(re.findall(r">10-01<", coughs_of_each(year, "day"))) <= 7
