"""What the plots do with more than fits."""

from __future__ import annotations

from evaluated import recordings, report

from coughd.detectors.evaluation.page.charts import (
    bland_altman,
    counts,
    sensitivity_by_false_alarms,
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
