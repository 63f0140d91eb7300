"""HeAR's protocol for a linear probe: grouped folds, a log grid, the best ROC-AUC, refit on all.

Scores are of nested cross-validation: each group is judged by a regression that saw nothing of
that group, with a strength that was chosen without it. The embedder is frozen; the embeddings are
only centred and divided by one number, which a penalty of another strength would undo.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from ..ports import EMBEDDING_SIZE, LABELS
from ..probe_weights import ProbeWeights
from .examples import COUGH, Examples, fold_of_each
from .regression import Numbers, Plane, fit_calibration, fit_labels, fit_path
from .roc import roc_auc

GRID: tuple[float, ...] = tuple(float(c) for c in np.logspace(-5, 5, 21))
"""Values of C, the inverse of the penalty."""
_NEVER = -60.0
"""Logit of a label without examples."""
_Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """A probe's weights, and how they judge sounds that they were not fitted to."""

    weights: ProbeWeights
    strength: float
    """C of the final fit."""
    fold_auc: Mapping[float, float]
    """For each C of the grid, the mean ROC-AUC over the folds; by it C was chosen."""
    fold_of: NDArray[np.intp]
    """[shape=(n,)]"""
    held_out: Numbers
    """[shape=(n,)], calibrated P(cough) of each example by fits without its group."""


def fit(examples: Examples, progress: _Progress = lambda _done, _all: None) -> Fitted:
    """Fit by the protocol; InputError where the examples are too few.

    `progress` is told how many of how many fits are done.
    """
    fold_of = fold_of_each(examples)
    mean, scale = _centre_and_scale(examples)
    embeddings = (examples.embeddings.astype(np.float64) - mean) / scale
    fits = _Fits(embeddings, examples.coughs, fold_of, progress)
    fold_auc = {
        strength: float(np.mean([fits.auc((fold,), fold, at) for fold in fits.folds]))
        for at, strength in enumerate(GRID)
    }
    best = _best(list(fold_auc.values()))
    log_odds = fits.held_out(best)
    slope, offset = fit_calibration(log_odds, examples.coughs)
    plane = fits.of_all()[best]
    weights = _weights(examples, embeddings, (mean, scale), plane, GRID[best], (slope, offset))
    return Fitted(
        weights=weights,
        strength=GRID[best],
        fold_auc=fold_auc,
        fold_of=fold_of,
        held_out=fits.nested(),
    )


class _Fits:
    """Every regression without one or two folds, each once, for the whole grid."""

    def __init__(
        self,
        embeddings: Numbers,
        coughs: NDArray[np.bool_],
        fold_of: NDArray[np.intp],
        progress: _Progress,
    ) -> None:
        self._embeddings = embeddings
        self._coughs = coughs
        self._fold_of = fold_of
        self._progress = progress
        self.folds = range(int(fold_of.max()) + 1)
        self._paths: dict[tuple[int, ...], list[Plane]] = {}
        self._all = 1 + len(self.folds) + len(list(combinations(self.folds, 2)))

    def without(self, left_out: tuple[int, ...]) -> list[Plane]:
        """A plane for each C, fitted to all but these folds."""
        key = tuple(sorted(left_out))
        if key not in self._paths:
            kept = ~np.isin(self._fold_of, key)
            self._paths[key] = fit_path(self._embeddings[kept], self._coughs[kept], GRID)
            self._progress(len(self._paths), self._all)
        return self._paths[key]

    def of_all(self) -> list[Plane]:
        """A plane for each C, fitted to everything."""
        return self.without(())

    def auc(self, left_out: tuple[int, ...], fold: int, at: int) -> float:
        """ROC-AUC on one fold of the fit without `left_out`, with the C at `at`."""
        rows = self._fold_of == fold
        logits = self.without(left_out)[at].logits(self._embeddings[rows])[:, 0]
        return roc_auc(logits, self._coughs[rows])

    def inner_auc(self, outer: int) -> list[float]:
        """For each C, the mean ROC-AUC over the other folds of fits that never saw `outer`."""
        inner = [fold for fold in self.folds if fold != outer]
        return [
            float(np.mean([self.auc((outer, fold), fold, at) for fold in inner]))
            for at in range(len(GRID))
        ]

    def held_out(self, at: int, apart_from: int | None = None) -> Numbers:
        """Log-odds [shape=(n,)] with the C at `at`, each by the fit without its fold.

        With `apart_from` by fits that never saw that fold either.
        """
        log_odds = np.empty(len(self._fold_of))
        for fold in self.folds:
            rows = self._fold_of == fold
            left_out = (fold,) if apart_from in (None, fold) else (fold, apart_from)
            log_odds[rows] = self.without(left_out)[at].logits(self._embeddings[rows])[:, 0]
        return log_odds

    def nested(self) -> Numbers:
        """P(cough) [shape=(n,)]; nothing that judges a fold has seen it.

        Log-odds are the larger the weaker the penalty, so each fold is calibrated by log-odds that
        its own C gave the others.
        """
        probabilities = np.empty(len(self._fold_of))
        for fold in self.folds:
            log_odds = self.held_out(_best(self.inner_auc(fold)), apart_from=fold)
            rows = self._fold_of == fold
            probabilities[rows] = _calibrated(rows, log_odds, self._coughs)
        return probabilities


def _best(auc: list[float]) -> int:
    """The strongest penalty among the best."""
    return int(np.argmax(auc))


def _centre_and_scale(examples: Examples) -> tuple[Numbers, float]:
    embeddings = examples.embeddings.astype(np.float64)
    mean = embeddings.mean(axis=0)
    return mean, float(np.sqrt(np.mean((embeddings - mean) ** 2))) or 1.0


def calibrated_across(
    log_odds: Numbers, coughs: NDArray[np.bool_], fold_of: NDArray[np.intp]
) -> Numbers:
    """P(cough) [shape=(n,)]; each fold is calibrated on the others."""
    probabilities = np.empty_like(log_odds)
    for fold in range(int(fold_of.max()) + 1):
        rows = fold_of == fold
        probabilities[rows] = _calibrated(rows, log_odds, coughs)
    return probabilities


def _calibrated(rows: NDArray[np.bool_], log_odds: Numbers, coughs: NDArray[np.bool_]) -> Numbers:
    """P(cough) of these rows, calibrated on all others."""
    slope, offset = fit_calibration(log_odds[~rows], coughs[~rows])
    return np.asarray(0.5 + 0.5 * np.tanh(0.5 * (slope * log_odds[rows] + offset)))


def _weights(
    examples: Examples,
    embeddings: Numbers,
    front: tuple[Numbers, float],
    plane: Plane,
    strength: float,
    calibration: tuple[float, float],
) -> ProbeWeights:
    """The cough's row is its log-odds against the rest; the others only share what is left."""
    mean, scale = front
    coefficients = np.zeros((len(LABELS), EMBEDDING_SIZE))
    intercepts = np.full(len(LABELS), _NEVER)
    coefficients[COUGH], intercepts[COUGH] = plane.coefficients[0], plane.intercepts[0]
    others = ~examples.coughs
    found = np.unique(examples.labels[others])
    if found.size > 1:
        rest = fit_labels(embeddings[others], examples.labels[others], strength)
        coefficients[found], intercepts[found] = rest.coefficients, rest.intercepts
    else:
        intercepts[found] = 0.0
    slope, offset = calibration
    return ProbeWeights(
        mean=mean,
        scale=np.full(EMBEDDING_SIZE, scale),
        coefficients=coefficients,
        intercepts=intercepts,
        cough_slope=slope,
        cough_offset=offset,
        one_against_rest=True,
    )
