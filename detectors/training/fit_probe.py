"""Fits, calibrates and writes the probe of the open embedder."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from ..ports import LABELS, EmbedderIdentity
from ..probe import PROBE_FORMAT, ProbeWeights, judge

_COUGH = LABELS.index("cough")


@dataclass(frozen=True, slots=True)
class Examples:
    """Embeddings [shape=(n, 512)] and what they are [shape=(n,), index into LABELS]."""

    embeddings: NDArray[np.float32]
    labels: NDArray[np.int32]


def fit_probe(train: Examples, held_out: Examples, strength: float = 0.001) -> ProbeWeights:
    """Multinomial regression on `train`, then Platt's calibration on `held_out`."""
    mean = train.embeddings.mean(axis=0).astype(np.float64)
    scale = train.embeddings.std(axis=0).astype(np.float64) + 1e-3
    regression = LogisticRegression(C=strength, max_iter=300)
    regression.fit((train.embeddings - mean) / scale, train.labels)
    coefficients = np.zeros((len(LABELS), mean.size))
    intercepts = np.full(len(LABELS), -20.0)  # a label never seen is never claimed
    coefficients[regression.classes_] = regression.coef_
    intercepts[regression.classes_] = regression.intercept_
    raw = ProbeWeights(mean, scale, coefficients, intercepts, 1.0, 0.0)
    log_odds = _log_odds(probabilities(raw, held_out.embeddings))
    platt = LogisticRegression(C=1e6)
    platt.fit(log_odds[:, None], held_out.labels == _COUGH)
    slope, offset = float(platt.coef_[0, 0]), float(platt.intercept_[0])
    return ProbeWeights(mean, scale, coefficients, intercepts, slope, offset)


def probabilities(weights: ProbeWeights, embeddings: NDArray[np.float32]) -> NDArray[np.float64]:
    """P(cough) of many embeddings."""
    return np.array([judge(weights, embedding).probability for embedding in embeddings])


def _log_odds(probability: NDArray[np.float64]) -> NDArray[np.float64]:
    clipped = np.clip(probability, 1e-9, 1.0 - 1e-9)
    return np.asarray(np.log(clipped / (1.0 - clipped)))


def write_probe(
    path: Path,
    weights: ProbeWeights,
    embedder: EmbedderIdentity,
    threshold: float,
    provenance: Mapping[str, object],
) -> None:
    """Write the probe file; the same weights give the same bytes."""
    document = {
        "format": PROBE_FORMAT,
        "name": provenance["name"],
        "embedder": {"name": embedder.name, "sha256": embedder.sha256},
        "labels": list(LABELS),
        "threshold": threshold,
        "calibration": {"slope": weights.cough_slope, "offset": weights.cough_offset},
        "provenance": dict(provenance),
        "mean": _rounded(weights.mean),
        "scale": _rounded(weights.scale),
        "intercepts": _rounded(weights.intercepts),
        "coefficients": [_rounded(row) for row in weights.coefficients],
    }
    path.write_text(json.dumps(document) + "\n", encoding="utf-8")


def _rounded(numbers: NDArray[np.float64]) -> list[float]:
    return [float(f"{number:.6g}") for number in numbers]
