"""Fits, calibrates and writes the probe of the open embedder."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from ..log_odds import log_odds
from ..ports import LABELS, EmbedderIdentity
from ..probe_file import PROBE_FORMAT, context_field
from ..probe_weights import ProbeWeights, judge

_COUGH = LABELS.index("cough")
_STRENGTH = 0.001
_UNHEARD_COUNTS = 3.0
"""As many windows as one of a voice or sound that the embedder did not learn from is worth."""


@dataclass(frozen=True, slots=True)
class Examples:
    """Embeddings [shape=(n, 512)] and what they are [shape=(n,), index into LABELS]."""

    embeddings: NDArray[np.float32]
    labels: NDArray[np.int32]


def joined(some: Sequence[Examples]) -> Examples:
    """All of them."""
    return Examples(
        np.concatenate([one.embeddings for one in some]),
        np.concatenate([one.labels for one in some]),
    )


def fit_probe(train: Examples, held_out: Examples) -> ProbeWeights:
    """Multinomial regression on `train`, then Platt's calibration on `held_out`."""
    raw = _raw_probe(train, None)
    return _calibrated(raw, [(raw, held_out)])


def fit_crosswise(
    train: Examples, halves: tuple[Examples, Examples]
) -> tuple[ProbeWeights, list[ProbeWeights]]:
    """Fit a probe on everything, and for each half a like one that has not seen it.

    `halves` are of voices and sounds that the embedder did not learn from, so its numbers do not
    flatter there: they count more than `train`. What the second probes say of the half that each
    has not seen calibrates all.
    """
    one, other = halves
    crossed = [_raw_probe(train, other), _raw_probe(train, one)]
    judged = list(zip(crossed, halves, strict=True))
    whole = _calibrated(_raw_probe(train, joined(halves)), judged)
    return whole, [_calibrated(probe, judged) for probe in crossed]


def _raw_probe(train: Examples, unheard: Examples | None) -> ProbeWeights:
    mean = train.embeddings.mean(axis=0).astype(np.float64)
    scale = train.embeddings.std(axis=0).astype(np.float64) + 1e-3
    examples, importance = train, np.ones(len(train.labels))
    if unheard is not None:
        examples = joined([train, unheard])
        importance = np.concatenate([importance, np.full(len(unheard.labels), _UNHEARD_COUNTS)])
    regression = LogisticRegression(C=_STRENGTH, max_iter=300)
    regression.fit((examples.embeddings - mean) / scale, examples.labels, sample_weight=importance)
    coefficients = np.zeros((len(LABELS), mean.size))
    intercepts = np.full(len(LABELS), -20.0)  # a label never seen is never claimed
    coefficients[regression.classes_] = regression.coef_
    intercepts[regression.classes_] = regression.intercept_
    return ProbeWeights(mean, scale, coefficients, intercepts, 1.0, 0.0)


def _calibrated(
    weights: ProbeWeights, judged: Sequence[tuple[ProbeWeights, Examples]]
) -> ProbeWeights:
    """`weights` with Platt's calibration of what probes say of examples they have not seen."""
    said = np.concatenate([probabilities(probe, some.embeddings) for probe, some in judged])
    coughs = np.concatenate([some.labels == _COUGH for _, some in judged])
    platt = LogisticRegression(C=1e6)
    platt.fit([[log_odds(probability)] for probability in said], coughs)
    slope, offset = float(platt.coef_[0, 0]), float(platt.intercept_[0])
    return replace(weights, cough_slope=slope, cough_offset=offset)


def probabilities(weights: ProbeWeights, embeddings: NDArray[np.float32]) -> NDArray[np.float64]:
    """P(cough) of many embeddings."""
    return np.array([judge(weights, embedding).probability for embedding in embeddings])


def write_probe(
    path: Path,
    weights: ProbeWeights,
    embedder: EmbedderIdentity,
    gate_sha256: str,
    threshold: float,
    provenance: Mapping[str, object],
) -> None:
    """Write the probe file; the same weights give the same bytes."""
    document = {
        "format": PROBE_FORMAT,
        "name": provenance["name"],
        "embedder": {"name": embedder.name, "sha256": embedder.sha256},
        "gate": {"sha256": gate_sha256},
        "labels": list(LABELS),
        "threshold": threshold,
        "calibration": {"slope": weights.cough_slope, "offset": weights.cough_offset},
        **context_field(weights),
        "provenance": dict(provenance),
        "mean": _rounded(weights.mean),
        "scale": _rounded(weights.scale),
        "intercepts": _rounded(weights.intercepts),
        "coefficients": [_rounded(row) for row in weights.coefficients],
    }
    path.write_text(json.dumps(document) + "\n", encoding="utf-8")


def _rounded(numbers: NDArray[np.float64]) -> list[float]:
    return [float(f"{number:.6g}") for number in numbers]
