"""What the plots do with more than fits."""

from __future__ import annotations

import re

import pytest
from evaluated import recordings, report

from coughd.detectors.evaluation.page.charts import (
    bland_altman,
    counts,
    knows_snr,
    sensitivity_by_false_alarms,
    sensitivity_by_snr,
)


def test_few_names_have_a_bar_each() -> None:
    drawing = counts("Misses", [{"gate": 3, "probe": 5}, {"gate": 1}])

    assert drawing.count("<rect") == 4
    assert "all others" not in drawing


def test_many_names_share_the_last_bar() -> None:
    drawing = counts("False alarms", [{f"kind_{n}": n for n in range(1, 10)}])

    assert drawing.count("<rect") == 7
    assert ">all others<" in drawing
    assert ">kind 9<" in drawing
    assert ">kind 3<" not in drawing


def test_what_is_counted_has_whole_numbers_beside_it() -> None:
    drawing = counts("False alarms", [{"laugh": 1}])

    assert ">1<" in drawing
    assert ">0.5<" not in drawing


def test_coughs_of_unknown_snr_are_joined_to_no_others() -> None:
    groups = [
        {"group": name, "sensitivity": {"value": value, "low": None, "high": None}}
        for name, value in (("20 dB", 0.9), ("0 dB", 0.7), ("unknown", 0.8))
    ]
    system = {"by": {"snr": groups}}
    drawing = sensitivity_by_snr([system])
    (line,) = re.findall(r'<polyline[^>]* points="([^"]*)"', drawing)

    assert len(line.split()) == 2
    assert drawing.count("<circle") == 3
    assert knows_snr([system])
    assert not knows_snr([{"by": {"snr": groups[2:]}}])


def test_nothing_to_count_is_drawn_too() -> None:
    assert "<svg" in counts("False alarms", [{}])


def test_the_left_edge_of_false_alarms_is_none_at_all_too() -> None:
    assert ">≤ 0.1<" in sensitivity_by_false_alarms(report(recordings())["systems"])


def test_lines_of_agreement_have_their_numbers_and_whose_they_are() -> None:
    one = bland_altman(report(recordings())["systems"])
    both = bland_altman(report(recordings(), recordings(false_alarms=0))["systems"])

    assert ">bias 60.0<" in one
    assert ">1: bias 60.0<" in both
    assert ">2: bias -60.0<" in both
    assert 'text-anchor="start">2: bias' in both


@pytest.mark.parametrize(("systems", "left"), [(1, 0.0), (2, 164.0)])
def test_no_dot_lies_where_the_lines_of_agreement_have_their_words(
    systems: int, left: float
) -> None:
    given = report(*[recordings()] * systems)["systems"]
    for system in given:
        system["hourly"]["pieces"] = [
            {"reference_per_hour": rate, "claimed_per_hour": rate} for rate in (0.0, 50.0, 100.0)
        ]
    places = [float(x) for x in re.findall(r'<circle[^>]* cx="([0-9.]+)"', bland_altman(given))]
    assert left < min(places) < max(places) < 286.0
