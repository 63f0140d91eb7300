"""Whether rounding to bfloat16 leaves the embeddings what they are."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MIN_BFLOAT16_COSINE = 0.995
"""Between the embeddings of one sound in both precisions, after the mean over the sounds is taken
off: HeAR's embeddings share a large mean, and hardly any difference would show beside it. A window
shifted by 50 ms changes HeAR's embedding more than this."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why bfloat16 is not taken."""

    sentence: str
    same: bool
    """It changes nothing at all, so it is not in effect."""


def agree(exact: NDArray[np.float32], rounded: NDArray[np.float32]) -> Refusal | None:
    """Compare embeddings [shape=(n, 512)] of the same n > 1 sounds; None where they agree."""
    if not np.isfinite(rounded).all():
        return Refusal("bfloat16 gives infinite or undefined embeddings", same=False)
    if np.array_equal(exact, rounded):
        return Refusal("bfloat16 changes nothing in this model on this machine", same=True)
    lowest = lowest_cosine(exact, rounded)
    if lowest < MIN_BFLOAT16_COSINE:
        sentence = (
            f"bfloat16 changes the embeddings too much (cosine {lowest:.4f}, at least "
            f"{MIN_BFLOAT16_COSINE} is wanted)"
        )
        return Refusal(sentence, same=False)
    return None


def lowest_cosine(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """The lowest cosine between rows [shape=(n, 512)] about the mean of `one`; n > 1."""
    mean = one.mean(axis=0)
    one, other = one - mean, other - mean
    products = np.sum(one * other, axis=1, dtype=np.float64)
    norms = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    return float((products / np.maximum(norms, 1e-12)).min())
