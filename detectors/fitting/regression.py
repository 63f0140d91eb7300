"""Logistic regression; the only place that knows scikit-learn, an extra of the package."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...config.errors import ModelError
from ...config.extras import command_to_add

Numbers = NDArray[np.float64]
_MOST_STEPS = 2_000
_NO_PENALTY = 1e9


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """Logits of `embedding`: `coefficients @ embedding + intercepts`."""

    coefficients: Numbers
    """[shape=(k, 512)]"""
    intercepts: Numbers
    """[shape=(k,)]"""

    def logits(self, embeddings: NDArray[Any]) -> Numbers:
        """[shape=(n, k)]."""
        return np.asarray(embeddings @ self.coefficients.T + self.intercepts, dtype=np.float64)


def check_installed() -> None:
    """Raise ModelError with the command that installs what is missing."""
    try:
        import sklearn.linear_model  # noqa: PLC0415 - a fifth of a second, and an extra
    except ImportError as exc:
        raise ModelError(
            "Fitting a probe needs scikit-learn, which is not installed here: "
            f"{command_to_add('coughd[fit]')}"
        ) from exc
    del sklearn


def fit_path(embeddings: Numbers, coughs: NDArray[np.bool_], grid: Sequence[float]) -> list[Plane]:
    """Cough against the rest, balanced, L2-penalised, once for each C of the grid, ascending.

    Each fit begins where the last one ended, which changes the time it takes and nothing else.
    """
    regression = _regression(class_weight="balanced", warm_start=True)
    planes = []
    with _unconverged_allowed():
        for strength in grid:
            regression.set_params(C=strength)
            regression.fit(embeddings, coughs)
            planes.append(Plane(regression.coef_.copy(), regression.intercept_.copy()))
    return planes


def fit_labels(embeddings: Numbers, labels: NDArray[np.intp], strength: float) -> Plane:
    """Softmax over the labels that occur, balanced, two at least: a row each, ascending."""
    regression = _regression(C=strength, class_weight="balanced")
    with _unconverged_allowed():
        regression.fit(embeddings, labels)
    if len(regression.classes_) > 2:
        return Plane(regression.coef_.copy(), regression.intercept_.copy())
    # Of two labels only the second one's log-odds are fitted.
    return Plane(
        np.vstack([np.zeros_like(regression.coef_), regression.coef_]),
        np.concatenate([np.zeros(1), regression.intercept_]),
    )


def fit_calibration(log_odds: Numbers, coughs: NDArray[np.bool_]) -> tuple[float, float]:
    """Platt's slope and offset, by which log-odds [shape=(n,)] become those of the truth."""
    platt = _regression(C=_NO_PENALTY)
    with _unconverged_allowed():
        platt.fit(log_odds[:, np.newaxis], coughs)
    return float(platt.coef_[0, 0]), float(platt.intercept_[0])


def _regression(**options: object) -> Any:  # noqa: ANN401 - scikit-learn is untyped
    check_installed()
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415 (see above)

    return LogisticRegression(max_iter=_MOST_STEPS, **options)


@contextmanager
def _unconverged_allowed() -> Iterator[None]:
    """With next to no penalty, separable examples have no optimum: what is reached will do."""
    from sklearn.exceptions import ConvergenceWarning  # noqa: PLC0415 (see above)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        yield
