"""Small sound files with known bursts in them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import soundfile


def write_bursts(
    path: Path, onsets_s: Sequence[float], duration_s: float, rate_hz: int = 16_000
) -> Path:
    """A quiet room with loud bursts of 0.1 s."""
    rng = np.random.default_rng(7)
    samples = rng.normal(0.0, 0.001, round(duration_s * rate_hz))
    length = rate_hz // 10
    for onset_s in onsets_s:
        start = round(onset_s * rate_hz)
        burst = 0.6 * np.exp(-np.arange(length) / (length / 4)) * rng.choice([-1, 1], length)
        samples[start : start + length] += burst
    soundfile.write(path, samples, rate_hz, subtype="PCM_16")
    return path
