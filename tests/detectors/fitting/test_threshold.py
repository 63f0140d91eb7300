"""The threshold that counts best where a false alarm counts double, worked out by hand."""

from __future__ import annotations

import numpy as np

from coughd.detectors.fitting.scores import counts_at
from coughd.detectors.fitting.threshold import operating_point


def test_a_false_alarm_costs_more_than_a_missed_cough() -> None:
    # From 0.4 on one more cough and one more false alarm: 8 / (8 + 0 + 2) and 6 / (6 + 1).
    rows = np.array([[0.9, 1], [0.8, 1], [0.7, 1], [0.45, 1], [0.45, 0], [0.2, 0]])

    assert counts_at(rows, 0.4) == (4, 0, 1)
    assert counts_at(rows, 0.5) == (3, 1, 0)
    assert operating_point(lambda threshold: counts_at(rows, threshold)) == 0.5


def test_two_coughs_outweigh_a_false_alarm() -> None:
    rows = np.array([[0.9, 1], [0.8, 1], [0.45, 1], [0.45, 1], [0.45, 0], [0.2, 0]])
    # 8 / (8 + 2) and 4 / (4 + 2).
    assert operating_point(lambda threshold: counts_at(rows, threshold)) == 0.45


def test_of_equally_good_ones_the_nearest_to_a_half_is_taken() -> None:
    def best(rows: list[list[float]]) -> float:
        return operating_point(lambda threshold: counts_at(np.array(rows), threshold))

    assert best([[0.99, 1], [0.97, 1], [0.02, 0], [0.01, 0]]) == 0.5
    assert best([[0.99, 1], [0.9, 1], [0.7, 0], [0.01, 0]]) == 0.71
    assert best([[0.99, 1], [0.3, 1], [0.1, 0], [0.01, 0]]) == 0.3


def test_nothing_to_count_has_a_threshold_all_the_same() -> None:
    assert operating_point(lambda _: (0, 0, 0)) == 0.5
