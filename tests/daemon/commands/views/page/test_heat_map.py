from __future__ import annotations

import re
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest

from coughd.daemon.commands.views.page.fields import Rows
from coughd.daemon.commands.views.page.heat_map import MOST_ROWS, STEPS, heat_map, legend
from coughd.daemon.commands.views.page.whole import STYLE
from coughd.detectors.drawing.document import STYLE as PAGE_STYLE
from coughd.storage.reading.intervals import Interval

from .test_fields import at, hour

FIRST = date(2026, 10, 3)


def heard(coughs: int, monitored: float = 1.0) -> Interval:
    return hour(at(3, 5), coughs, monitored)


def styles(rows: Rows) -> list[str]:
    return re.findall(r'<(?:rect|path) class="([^"]*)"', heat_map(rows, "night"))


def told(rows: Rows) -> list[str]:
    return re.findall(r"<title>(\w{3} [^<]*)</title>", heat_map(rows, "night"))


def test_more_coughs_are_darker() -> None:
    found = [styles({FIRST: {5: heard(coughs)}})[0] for coughs in (0, *STEPS, STEPS[-1] * 9)]
    assert ["c0", "c1", "c2", "c3", "c4", "c5", "c5"] == found
    assert ["c1", "c2"] == [styles({FIRST: {5: heard(coughs)}})[0] for coughs in (2, 9)]


def test_what_was_not_heard_is_no_zero() -> None:
    assert ["unheard"] == styles({FIRST: {5: heard(0, monitored=0.0)}})
    assert ["c0 partly"] == styles({FIRST: {5: heard(0, monitored=0.49)}})
    assert ["c0"] == styles({FIRST: {5: heard(0, monitored=0.5)}})
    assert ["c1 partly"] == styles({FIRST: {5: heard(2, monitored=0.0)}})
    assert [] == styles({FIRST: {}})


def test_what_was_not_heard_is_known_without_colours() -> None:
    """It is struck through, and has a ground: what is not filled tells nothing to a mouse."""
    drawn = heat_map({FIRST: {5: heard(0, monitored=0.0)}}, "night")
    ((line, _),) = re.findall(r'<path class="unheard" d="([^"]*)"><title>(.*?)</title>', drawn)
    assert "zl20-14" in line.replace(" ", "")
    assert ".unheard { fill: var(--paper)" in STYLE.read_text(encoding="utf-8")


def test_each_step_is_seen_beside_the_next() -> None:
    """Contrast as WCAG has it, on the grounds of both of the page's themes."""
    rules = PAGE_STYLE.read_text(encoding="utf-8")
    opacities = re.findall(r"fill-opacity: ([.\d]+)", STYLE.read_text(encoding="utf-8"))[:4]
    for theme in rules.split("@media")[:2]:
        colours = {name: light(code) for name, code in re.findall(r"--(\w+): (#\w{3,6});", theme)}
        paper, full = colours["paper"], colours["s0"]
        steps = [
            colours["pale"],
            *(
                [low + float(share) * (high - low) for low, high in zip(paper, full, strict=True)]
                for share in [*opacities, "1"]
            ),
        ]
        assert all(contrast(one, other) > 1.3 for one, other in pairwise(steps))
        assert contrast(colours["grey"], paper) >= 4.5


def light(code: str) -> list[float]:
    digits = code[1:] if len(code) == 7 else "".join(2 * digit for digit in code[1:])
    return [int(digits[place : place + 2], 16) / 255 for place in (0, 2, 4)]


def contrast(one: list[float], other: list[float]) -> float:
    def luminance(colour: list[float]) -> float:
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_each_field_tells_its_hour_of_the_clock() -> None:
    rows = {FIRST: {23: heard(1), 2: heard(7, 0.5), 3: heard(0, 0.0), 4: heard(0, 0.002)}}
    assert [
        "Sat 2026-10-03, 23:00: 1 cough, 60 min monitored",
        "Sun 2026-10-04, 02:00: 7 coughs, 30 min monitored",
        "Sun 2026-10-04, 03:00: not monitored",
        "Sun 2026-10-04, 04:00: 0 coughs, 7 s monitored",
    ] == told(rows)


def test_of_many_rows_the_last_are_drawn() -> None:
    rows = {FIRST + timedelta(days=number): {5: heard(number)} for number in range(MOST_ROWS + 3)}
    assert MOST_ROWS == len(styles(rows))
    assert told(rows)[0].endswith("3 coughs, 60 min monitored")


def test_no_two_fields_lie_on_each_other() -> None:
    rows = {
        FIRST + timedelta(days=number): {hour: heard(1) for hour in range(24)}
        for number in range(3)
    }
    svg = ET.fromstring(heat_map(rows, "day"))
    _, _, width, height = map(float, svg.attrib["viewBox"].split())
    boxes = [
        tuple(float(rect.attrib[name]) for name in ("x", "y", "width", "height"))
        for rect in svg.iter("rect")
    ]
    assert 72 == len(boxes)
    assert {1} == set(Counter((x, y) for x, y, _, _ in boxes).values())
    assert 24 == len({x for x, _, _, _ in boxes})
    assert 3 == len({y for _, y, _, _ in boxes})
    assert all(x + wide <= width and y + high <= height for x, y, wide, high in boxes)


@pytest.mark.parametrize("minimum", [0.5, 0.625])
def test_the_legend_names_every_style(minimum: float) -> None:
    words = legend(minimum)
    assert {f"c{step}" for step in range(6)} | {"c2 partly", "unheard"} == set(
        re.findall(r'class="(c\d[ a-z]*|unheard)"', words)
    )
    assert [" 0<", " 1-2<", " 3-9<", " 10-29<", " 30-99<", " 100 and more<"] == re.findall(
        r" (?:\d+|\d+-\d+|\d+ and more)<", words
    )
    assert f"less than {100 * minimum:g} % of it monitored" in words


def test_where_any_coverage_is_enough_none_is_too_little() -> None:
    assert "less than" not in legend(0.0)
    assert "not monitored" in legend(0.0)
