"""Charts: round ticks, and nothing drawn outside."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coughd.detectors.drawing.svg import Axis, Chart, padded, round_ticks

LETTER_PX = 6.2


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0.0, 1.0, (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)),
        (-30.0, 70.0, (-20.0, 0.0, 20.0, 40.0, 60.0)),
        (0.0, 45.0, (0.0, 10.0, 20.0, 30.0, 40.0)),
    ],
)
def test_ticks_are_round(low: float, high: float, ticks: tuple[float, ...]) -> None:
    assert round_ticks(low, high) == ticks


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_ticks_are_few_and_inside(low: float, width: float) -> None:
    ticks = round_ticks(low, low + width)

    assert 1 <= len(ticks) <= 7
    assert all(
        low - 1e-6 * width - 1e-6 <= tick <= low + width * (1 + 1e-6) + 1e-6 for tick in ticks
    )


@given(st.lists(st.floats(-1e6, 1e6), min_size=1))
def test_padding_holds_everything(values: list[float]) -> None:
    low, high = padded(values)

    assert low < min(values) <= max(values) < high


def test_what_lies_outside_is_drawn_at_the_edge_and_words_are_escaped() -> None:
    chart = Chart("a < b", Axis("x & y", 0.0, 1.0), Axis("y", 0.0, 1.0))
    chart.line([(-5.0, 0.5), (5.0, 0.5)], "s0")
    chart.dots([(0.5, 9.0)], "s0")
    chart.bar(0.0, 0.5, 0.5, "s0")
    chart.whisker(0.5, 0.1, 0.9, "s0")
    chart.across(0.3, "ref", "limit")
    chart.upright(0.3, "ref")
    chart.names([(0.5, "<name>")])
    drawing = ET.fromstring(chart.svg())

    assert drawing.find("title") is not None
    points = re.findall(r"[-\d.]+", str(next(iter(drawing.iter("polyline"))).get("points")))
    assert all(0.0 <= float(number) <= 420.0 for number in points)


def words(chart: Chart) -> list[tuple[float, float, str]]:
    """Where words begin and how high they stand, in order."""
    texts = ET.fromstring(chart.svg()).iter("text")
    return sorted((float(t.get("y", 0)), float(t.get("x", 0)), str(t.text)) for t in texts)


@pytest.mark.parametrize("rows", [1, 2])
@pytest.mark.parametrize("number", [1, 2, 5, 9, 14, 40])
def test_names_never_lie_on_each_other(number: int, rows: int) -> None:
    chart = Chart("", Axis("", -0.5, number - 0.5, ()), Axis("", 0.0, 1.0, ()))
    chart.names([(float(place), f"{place} to {place + 5} dB") for place in range(number)], rows)
    shown = [(y, x, name) for y, x, name in words(chart) if name.endswith("dB")]

    assert shown[0][2] == "0 to 5 dB"
    for (y, x, name), (next_y, next_x, _) in pairwise(shown):
        assert next_y > y or next_x - x >= LETTER_PX * len(name)
    assert number > 5 or len(shown) == number


@pytest.mark.parametrize("most", [1.0, 800.0, 2_000.0, 50_000.0])
def test_numbers_of_a_crowded_axis_never_lie_on_each_other(most: float) -> None:
    chart = Chart("", Axis("", -most, 2 * most, round_ticks(0.0, most)), Axis("", 0.0, 1.0, ()))
    shown = [(x, name) for _, x, name in words(chart) if name != "None"]

    assert shown[0][1] == "0"
    assert len(shown) > 1
    for (x, name), (next_x, next_name) in pairwise(shown):
        assert next_x - x >= LETTER_PX * (len(name) + len(next_name)) / 2


def test_bars_keep_all_their_names_in_two_rows() -> None:
    chart = Chart("", Axis("", -0.5, 6.5, ()), Axis("", 0.0, 1.0, ()))
    chart.names([(float(place), "throat clear") for place in range(7)], rows=2)

    assert [name for _, _, name in words(chart)].count("throat clear") == 7


def test_labels_of_near_lines_stand_below_each_other() -> None:
    chart = Chart("", Axis("", 0.0, 1.0, ()), Axis("", 0.0, 100.0, ()))
    for height in (50.0, 50.5, 51.0):
        chart.across(height, "s0", f"label {height}")
    shown = [(y, name) for y, _, name in words(chart) if name.startswith("label")]

    assert [name for _, name in shown] == ["label 51.0", "label 50.5", "label 50.0"]
    assert all(later - sooner >= 11.8 for (sooner, _), (later, _) in pairwise(shown))


def test_marks_tell_what_they_are_told_to_else_their_numbers() -> None:
    chart = Chart("A", Axis("x", 0.0, 1.0), Axis("y", 0.0, 1.0))
    chart.dots([(0.5, 0.25)], "s0")
    chart.dots([(0.5, 0.25)], "s0", ["<Monday>: 3"])
    chart.bar(0.0, 0.5, 1.0, "s0")
    chart.bar(0.5, 1.0, 1.0, "s0", "Tuesday: 5")
    titles = [title.text for title in ET.fromstring(chart.svg()).iter("title")]
    assert ["A", "0.5, 0.25", "<Monday>: 3", "Tuesday: 5"] == titles
