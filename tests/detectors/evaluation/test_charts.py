"""What the plots do with more than fits."""

from __future__ import annotations

from coughd.detectors.evaluation.charts import counts


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
