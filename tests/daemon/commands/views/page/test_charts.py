from __future__ import annotations

import re
from datetime import timedelta
from xml.etree import ElementTree as ET

from coughd.daemon.commands.views.page.charts import coughs_of_each, rate_by_clock, rate_of_each
from coughd.storage.reading.intervals import Interval

from .test_fields import at, hour


def days(*coughs_and_monitored: tuple[int, float]) -> list[Interval]:
    return [
        hour(at(1 + number, 0), coughs, monitored)
        for number, (coughs, monitored) in enumerate(coughs_and_monitored)
    ]


def test_a_bar_for_each_day_that_was_heard() -> None:
    svg = coughs_of_each(days((4, 1.0), (2, 0.3), (0, 0.0), (8, 1.0)), "day", "day")
    heights = dict.fromkeys(re.findall(r'class="bar ([\w ]+)"', svg))
    assert ["s0", "c1 partly", "gone"] == [*heights]
    assert 4 == svg.count('class="bar')


def test_no_cough_is_not_what_was_not_heard() -> None:
    svg = coughs_of_each(days((4, 1.0), (0, 1.0), (0, 0.0)), "day", "day")
    _, none, gone = re.findall(r'class="bar (\w+)"[^>]* height="([\d.]+)"', svg)
    assert ("s0", "0.0") == none
    assert ("gone", "230.0") == gone


def test_a_rate_where_there_is_one() -> None:
    svg = rate_of_each(days((4, 1.0), (2, 0.3), (0, 0.0), (0, 1.0)), "night", "night")
    assert 2 == svg.count("<circle")
    assert 2 == svg.count('<line class="line s0"')


def test_a_wide_interval_does_not_hide_the_others() -> None:
    """One cough in a minute that happens to be all that was monitored: 60 an hour, up to 334."""
    svg = rate_of_each([hour(at(1, 0), 1, 1 / 60, 1 / 60), *days((10, 1.0))], "day", "day")
    tops = [float(y) for y in re.findall(r'text-anchor="end">([\d.]+)<', svg)]
    assert 60 <= max(tops) <= 130


def test_the_clock_has_a_bar_for_each_hour_with_a_rate() -> None:
    fields = {5: hour(at(1, 5), 3), 6: hour(at(1, 6), 3, 0.3)}
    svg = rate_by_clock(fields, "night")
    assert 1 == svg.count('class="bar behind"')
    assert ["12", "15", "18", "21", "00", "03", "06", "09"] == re.findall(r">(\d\d)<", svg)


def test_nothing_at_all_is_drawn_too() -> None:
    for svg in (
        coughs_of_each([], "day", "day"),
        coughs_of_each(days((0, 0.0)), "night", "night"),
        rate_of_each([], "day", "day"),
        rate_of_each(days((0, 1.0)), "day", "day"),
        rate_by_clock({}, "day"),
    ):
        assert "svg" == ET.fromstring(svg).tag


def test_a_year_has_few_names_and_more_have_their_years() -> None:
    first = at(1, 0)
    weeks = [hour(first + timedelta(days=7 * number), 1) for number in range(70)]
    year = re.findall(r">(\d\d-\d\d)<", coughs_of_each(weeks[:52], "day", "week"))
    assert year[0] == "10-01"
    assert 2 <= len(year) <= 7
    more = re.findall(r">(\d{4}-\d\d)<", coughs_of_each(weeks, "day", "week"))
    assert more[0] == "2026-10"
    assert 2 <= len(more) <= 7
    assert "<title>week from 2026-10-08: 1 cough, 60 min monitored</title>" in coughs_of_each(
        weeks, "day", "week"
    )


def test_each_mark_tells_its_day_or_hour_and_the_whole_interval() -> None:
    some = days((4, 1.0), (1, 0.3), (0, 0.0), (8, 1.0))
    assert [
        "2026-10-01: 4 coughs, 60 min monitored",
        "2026-10-02: 1 cough, 18 min monitored",
        "2026-10-03: not monitored",
        "2026-10-04: 8 coughs, 60 min monitored",
    ] == titles(coughs_of_each(some, "day", "day"))
    rates = titles(rate_of_each(some, "day", "day"))
    assert ["2026-10-01: 4 ", "2026-10-04: 8 "] == [title.partition("(")[0] for title in rates]
    fields = {5: hour(at(1, 5), 1)}
    (told,) = titles(rate_by_clock(fields, "night"))
    assert re.fullmatch(r"05:00: 1 \(0\.0\d+ to 5\.\d+\)", told)


def titles(svg: str) -> list[str]:
    return re.findall("<title>([^<]*:[^<]*)</title>", svg)
