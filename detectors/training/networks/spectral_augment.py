"""Spoils log-mel batches during training: colour, vocal-tract length, masks."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from ...features import BANDS

_LOWEST = -9.0
_OCTAVES = np.float32(np.log2(10.0))


def spoil(log_mel: NDArray[np.float32], rng: Generator) -> NDArray[np.float32]:
    """Treat each item of a batch [shape=(batch, frames, 64)] on its own; a new array."""
    spoilt = np.empty_like(log_mel)
    for item, frames in enumerate(log_mel):
        spoilt[item] = _warp(frames, rng) if rng.random() < 0.5 else frames
    batch, length, _ = log_mel.shape
    tilt = np.linspace(-1.0, 1.0, BANDS, dtype=np.float32)
    knots = rng.uniform(-0.25, 0.25, (batch, 6)).astype(np.float32)
    at = np.linspace(0.0, 5.0, BANDS)
    curve = np.stack([np.interp(at, np.arange(6), row) for row in knots]).astype(np.float32)
    curve += tilt * rng.uniform(-0.35, 0.35, (batch, 1)).astype(np.float32)
    spoilt += curve[:, None, :] + rng.uniform(-0.5, 0.5, (batch, 1, 1)).astype(np.float32)
    spoilt = np.maximum(spoilt, _LOWEST)
    for item in range(batch):
        if rng.random() < 0.4:
            low = int(rng.integers(0, BANDS - 8))
            width = int(rng.integers(1, 9))
            mean = spoilt[item, :, low : low + width].mean()
            spoilt[item, :, low : low + width] = mean
        if rng.random() < 0.2:
            start = int(rng.integers(0, length - 8))
            gap = slice(start, start + int(rng.integers(2, 8)))
            spoilt[item, gap] = spoilt[item, start]
    return spoilt


def overlay(
    log_mel: NDArray[np.float32], others: NDArray[np.float32], rng: Generator
) -> NDArray[np.float32]:
    """Add the power of other sounds, each 3 dB louder to 20 dB softer than the item it joins."""
    level = log_mel.mean(axis=(1, 2), keepdims=True) - others.mean(axis=(1, 2), keepdims=True)
    gain = level + rng.uniform(-2.0, 0.3, (len(log_mel), 1, 1)).astype(np.float32)
    joined = np.logaddexp2(log_mel * _OCTAVES, (others + gain) * _OCTAVES) / _OCTAVES
    return np.asarray(joined, dtype=np.float32)


def _warp(frames: NDArray[np.float32], rng: Generator) -> NDArray[np.float32]:
    """Stretch or squeeze the bands, as a longer or shorter vocal tract would."""
    at = np.clip(np.arange(BANDS) * rng.uniform(0.86, 1.16), 0, BANDS - 1.001)
    low = at.astype(np.intp)
    part = (at - low).astype(np.float32)
    return np.asarray(frames[:, low] * (1.0 - part) + frames[:, low + 1] * part, dtype=np.float32)
