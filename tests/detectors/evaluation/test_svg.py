"""Charts: round ticks, and nothing drawn outside."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coughd.detectors.evaluation.svg import Axis, Chart, padded, round_ticks


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
