"""Lin and Bland-Altman against numbers worked out by hand, and the cutting into hours."""

from __future__ import annotations

import math

import numpy as np
import pytest
from annotated import claim, cough, truth

from coughd.detectors.evaluation.scoring.agreement import (
    bias,
    concordance,
    lower_limit,
    pieces,
    upper_limit,
)

ROWS = np.array([[1.0, 2.0], [2.0, 3.0], [3.0, 4.0]])


def test_concordance_is_less_than_correlation() -> None:
    # Correlated perfectly, off by one: 2 * (2/3) / (2/3 + 2/3 + 1).
    assert concordance(ROWS) == pytest.approx(4 / 7)
    assert concordance(np.array([[1.0, 1.0], [5.0, 5.0]])) == pytest.approx(1.0)


def test_concordance_with_what_never_varies_is_not_defined() -> None:
    assert math.isnan(concordance(np.zeros((3, 2))))
    assert math.isnan(concordance(np.array([[7.0, 9.0]])))
    assert math.isnan(concordance(np.array([[7.0, 9.0], [7.0, 3.0]])))


def test_bland_altman() -> None:
    rows = np.array([[0.0, 1.0], [0.0, 3.0]])
    sd = math.sqrt(2.0)

    assert bias(rows) == 2.0
    assert lower_limit(rows) == pytest.approx(2.0 - 1.96 * sd)
    assert upper_limit(rows) == pytest.approx(2.0 + 1.96 * sd)
    assert math.isnan(upper_limit(rows[:1]))


def test_a_short_recording_is_one_piece_scaled_to_an_hour() -> None:
    (piece,) = pieces(3, truth(cough(1.0), cough(2.0, sure=False)), [claim(1.0), claim(30.0)])

    assert (piece.recording, piece.start_s, piece.end_s) == (3, 0.0, 60.0)
    assert (piece.reference_per_hour, piece.claimed_per_hour) == (60.0, 120.0)


@pytest.mark.parametrize(("hours", "number"), [(0.4, 1), (1.0, 1), (1.4, 1), (1.6, 2), (8.0, 8)])
def test_pieces_are_as_near_to_an_hour_as_can_be(hours: float, number: int) -> None:
    found = pieces(0, truth(cough(1.0), duration_s=3_600.0 * hours), [])

    assert len(found) == number
    assert found[-1].end_s == 3_600.0 * hours
    total = sum(one.reference_per_hour * (one.end_s - one.start_s) for one in found) / 3_600.0
    assert total == pytest.approx(1.0)
