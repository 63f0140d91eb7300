"""Exact bounds of nothing and of all, against the rule of three."""

from __future__ import annotations

import pytest

from coughd.detectors.evaluation.scoring.bounds import (
    least_of_all,
    most_of_none,
    most_per_hour_of_none,
    rate_bound,
    share_bound,
)


def test_the_rule_of_three() -> None:
    assert most_of_none(300) == pytest.approx(3 / 300, rel=0.01)
    assert most_of_none(1) == pytest.approx(0.95)
    assert (
        least_of_all(8) == pytest.approx(1.0 - most_of_none(8)) == pytest.approx(0.6877, abs=1e-4)
    )
    assert most_per_hour_of_none(2.0) == pytest.approx(1.5, rel=0.01)


def test_only_none_and_all_have_a_clause() -> None:
    assert share_bound("PPV", 8, 8) == ["PPV at least 0.688 (8 of 8)"]
    assert share_bound("PPV", 0, 8) == ["PPV at most 0.312 (0 of 8)"]
    assert share_bound("PPV", 3, 8) == share_bound("PPV", 0, 0) == []
    assert rate_bound("false alarms", 0, 0.5) == [
        "at most 6.0 false alarms per hour (0 in 0.50 hours)"
    ]
    assert rate_bound("false alarms", 1, 0.5) == []
