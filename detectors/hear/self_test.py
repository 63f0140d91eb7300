"""Does a loaded model behave as HeAR must? Asked once, before the first real window."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ...config.errors import ModelError
from ..ports import EMBEDDING_SIZE, SAMPLE_RATE_HZ, WINDOW_SAMPLES

Embed: TypeAlias = Callable[[NDArray[np.float32]], NDArray[np.float32]]

MIN_GAIN_COSINE = 0.999
MAX_RELATIVE_DIFFERENCE = 1e-3
"""Between two ways to compute one embedding; kernels differ by batch size around 1e-6."""
MAX_ROUNDED_DIFFERENCE = 0.03
"""The same in bfloat16, whose numbers have steps of 0.004; coupled batches differ by more."""
MIN_RELATIVE_DIFFERENCE = 1e-4
"""Between embeddings of unlike sounds; 0 means that the model ignores its input."""


def check_embeddings(
    embed: Embed, where: str, max_difference: float = MAX_RELATIVE_DIFFERENCE
) -> None:
    """Try `embed` on synthetic sounds; raises ModelError with a sentence naming `where`."""
    burst, hum, hiss = sample_sounds()
    single = np.concatenate([embed(sound[np.newaxis]) for sound in (burst, hum, hiss)])
    if single.shape != (3, EMBEDDING_SIZE):
        raise ModelError(
            f"{where} gives embeddings of shape {single.shape[1:]}, HeAR gives "
            f"({EMBEDDING_SIZE},): this is another model."
        )
    if not np.isfinite(single).all():
        raise ModelError(f"{where} gives infinite or undefined embeddings: fetch the model again.")
    if _difference(single[0], single[1]) < MIN_RELATIVE_DIFFERENCE:
        raise ModelError(
            f"{where} gives the same embedding for unlike sounds: fetch the model again."
        )
    again = embed(burst[np.newaxis])[0]
    if _difference(single[0], again) > max_difference:
        raise ModelError(f"{where} gives two embeddings for the same sound: it is not usable.")
    faint = embed((burst * np.float32(0.1))[np.newaxis])[0]
    if _cosine(single[0], faint) < MIN_GAIN_COSINE:
        raise ModelError(f"{where} changes its embedding with loudness, which HeAR does not.")
    together = embed(np.stack([burst * np.float32(0.01), hum, hiss]))
    for alone, beside in zip(single, together, strict=True):
        if _difference(alone, beside) > max_difference:
            raise ModelError(
                f"{where} lets the sounds of one batch change each other's embeddings: set "
                "embedder.batch_sizes to [1]."
            )


def sample_sounds() -> NDArray[np.float32]:
    """Make a short noise burst, a hum and a steady hiss [shape=(3, 32000)], always the same."""
    rng = np.random.default_rng(2403_02522)
    time_s = np.arange(WINDOW_SAMPLES) / SAMPLE_RATE_HZ
    noise = rng.standard_normal(WINDOW_SAMPLES)
    burst = noise * (0.001 + 0.2 * np.exp(-np.abs(time_s - 0.6) / 0.06))
    hum = 0.5 * np.sin(2 * np.pi * 220 * time_s) + 0.001 * noise
    hiss = 0.05 * noise
    return np.stack([burst, hum, hiss]).astype(np.float32)


def _difference(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    scale = max(float(np.abs(one).max()), float(np.abs(other).max()), 1e-12)
    return float(np.abs(one - other).max()) / scale


def _cosine(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    norms = float(np.linalg.norm(one)) * float(np.linalg.norm(other))
    return float(one @ other) / max(norms, 1e-12)
