from __future__ import annotations

import pytest

from coughd.detectors.evaluation.report.titles import figure, interval


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.8721, "0.872"), (9.9, "9.900"), (180.8132, "180.8"), (-52.5, "-52.5"), (-0.0001, "0.000")],
)
def test_a_large_figure_has_fewer_digits_and_zero_no_sign(value: float, text: str) -> None:
    assert figure(value) == text


def test_what_is_not_known_says_so() -> None:
    assert figure(None) == "not defined"
    assert interval({"low": None, "high": None}) == ""
    assert interval({"low": 0.5, "high": 12.0}) == "0.500 to 12.0"
