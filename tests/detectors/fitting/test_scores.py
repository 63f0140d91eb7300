"""What a probe's card says is of sounds that chose nothing of what judges them."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from coughd.detectors.fitting.scores import HeldOut, counts_at, score, thresholds_across
from coughd.detectors.fitting.threshold import operating_point

ROWS = np.array([[0.9, 1], [0.6, 0], [0.9, 1], [0.2, 0]])
FOLD_OF = np.array([0, 0, 1, 1])


def test_a_threshold_is_chosen_on_the_other_folds() -> None:
    assert operating_point(lambda threshold: counts_at(ROWS, threshold)) == 0.61
    assert thresholds_across(ROWS, FOLD_OF).tolist() == [0.5, 0.5, 0.61, 0.61]


def test_what_chose_the_threshold_is_not_scored_at_it() -> None:
    scores = score(HeldOut(ROWS, FOLD_OF), thresholds_across(ROWS, FOLD_OF))
    assert (scores["sensitivity"].value, scores["specificity"].value) == (1.0, 0.5)


def test_few_sounds_are_not_flattered() -> None:
    """Ten coughs and ten other sounds at a time, of which the truth is known."""
    rng = np.random.default_rng(5)
    spread, shift = 1.2, np.repeat([1.0, -1.0], 10)
    fold_of = np.tile(np.arange(5), 4)
    missed, truly_missed = [], []
    fresh = rng.normal(1.0, spread, 10_000)
    for _ in range(100):
        log_odds = rng.normal(shift, spread)
        rows = np.column_stack([1.0 / (1.0 + np.exp(-2.0 * log_odds)), shift > 0])
        scores = score(HeldOut(rows, np.zeros(20, dtype=np.intp)), thresholds_across(rows, fold_of))
        missed.append(1.0 - scores["sensitivity"].value)
        threshold = operating_point(partial(counts_at, rows))
        truly_missed.append(np.mean(1.0 / (1.0 + np.exp(-2.0 * fresh)) < threshold))
    assert np.mean(missed) == pytest.approx(np.mean(truly_missed), abs=0.03)
