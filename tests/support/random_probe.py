"""A probe with random weights for a look-alike of HeAR, and its word worked out anew."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from coughd.detectors.hear.files import hash_files
from coughd.detectors.ports import LABELS


@dataclass(frozen=True)
class RandomProbe:
    """What stands in its file."""

    coefficients: NDArray[np.float64]
    intercepts: NDArray[np.float64]

    def probability(self, embedding: NDArray[np.float32]) -> float:
        """P(cough) by the textbook."""
        logits = self.coefficients @ embedding.astype(np.float64) + self.intercepts
        shares = np.exp(logits - logits.max())
        return float(shares[LABELS.index("cough")] / shares.sum())


def write_random_probe(path: Path, model: Path) -> RandomProbe:
    """Write a probe that belongs to the model in this folder."""
    rng = np.random.default_rng(3)
    probe = RandomProbe(rng.normal(0, 0.05, (len(LABELS), 512)), rng.normal(0, 0.5, len(LABELS)))
    document = {
        "format": "coughd.probe/1",
        "name": "random",
        "embedder": {"name": "hear@lookalike", "sha256": hash_files(model)},
        "labels": list(LABELS),
        "threshold": 0.5,
        "mean": [0.0] * 512,
        "scale": [1.0] * 512,
        "coefficients": probe.coefficients.tolist(),
        "intercepts": probe.intercepts.tolist(),
        "calibration": {"slope": 1.0, "offset": 0.0},
    }
    path.write_text(json.dumps(document))
    return probe
