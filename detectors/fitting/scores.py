"""How good held-out probabilities are, with intervals over groups."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ..evaluation.scoring.calibration import brier, calibration_error
from ..evaluation.scoring.resampling import Measured, Numbers, Resampling
from .examples import Examples
from .roc import roc_auc
from .threshold import Counts, operating_point


@dataclass(frozen=True, slots=True)
class HeldOut:
    """What was said of examples by something that had not seen their groups."""

    rows: Numbers
    """[shape=(n, 2)]: P(cough), and 1 where it was a cough."""
    unit_of: NDArray[np.intp]
    """[shape=(n,)], each row's group."""

    @classmethod
    def of(cls, examples: Examples, probabilities: Numbers, chosen: NDArray[np.bool_]) -> HeldOut:
        """Of the chosen examples [shape=(n,)]."""
        rows = np.column_stack([probabilities, examples.coughs])[chosen]
        _, unit_of = np.unique(examples.group_numbers[chosen], return_inverse=True)
        return cls(rows, unit_of)

    @property
    def both(self) -> bool:
        """Whether there are coughs and other sounds, without which nothing can be scored."""
        return 0 < int(self.rows[:, 1].sum()) < len(self.rows)

    def measure(self, statistic: Callable[[Numbers], float]) -> Measured:
        """A statistic of the rows; the same draws of groups at every call."""
        units = int(self.unit_of.max()) + 1
        return Resampling(units).statistic(self.rows, self.unit_of, statistic)


def auc(rows: Numbers) -> float:
    """ROC-AUC of rows (probability, truth)."""
    return roc_auc(rows[:, 0], rows[:, 1] > 0.5)


def counts_at(rows: Numbers, threshold: float) -> Counts:
    """Hits, misses and false alarms of rows (probability, truth)."""
    coughs, counted = rows[:, 1] > 0.5, rows[:, 0] >= threshold
    hits = int((counted & coughs).sum())
    return hits, int(coughs.sum()) - hits, int(counted.sum()) - hits


def thresholds_across(rows: Numbers, fold_of: NDArray[np.intp]) -> Numbers:
    """The threshold for each row (probability, truth) [shape=(n,)], chosen on the other folds.

    One that was chosen on the rows themselves would flatter what is counted at it.
    """
    thresholds = np.empty(len(rows))
    for fold in np.unique(fold_of):
        others = rows[fold_of != fold]
        thresholds[fold_of == fold] = operating_point(partial(counts_at, others))
    return thresholds


def score(held_out: HeldOut, thresholds: Numbers) -> dict[str, Measured]:
    """Every score of the card, each row at its own threshold [shape=(n,)]."""
    at_thresholds = replace(held_out, rows=np.column_stack([held_out.rows, thresholds]))

    def sensitivity(rows: Numbers) -> float:
        coughs = rows[rows[:, 1] > 0.5]
        return _share(coughs[:, 0] >= coughs[:, 2])

    def specificity(rows: Numbers) -> float:
        others = rows[rows[:, 1] < 0.5]
        return _share(others[:, 0] < others[:, 2])

    statistics: Mapping[str, Callable[[Numbers], float]] = {
        "roc_auc": auc,
        "sensitivity": sensitivity,
        "specificity": specificity,
        "calibration_error": calibration_error,
        "brier": brier,
    }
    return {name: at_thresholds.measure(statistic) for name, statistic in statistics.items()}


def _share(of: NDArray[np.bool_]) -> float:
    return float(of.mean()) if of.size else float("nan")
