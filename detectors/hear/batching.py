"""How windows become model input: scaled each by itself, in a few fixed batch sizes."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def scale_windows(windows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Stretch each window [shape=(n, samples)] to exactly -1..1; a constant one becomes -1.

    HeAR scales its whole input like this once more. Applied per window beforehand, its own
    scaling changes nothing, so a window's embedding does not depend on its batch neighbours.
    """
    lowest = windows.min(axis=1, keepdims=True)
    span = windows.max(axis=1, keepdims=True) - lowest
    unit: NDArray[np.float32] = np.zeros_like(windows)
    np.divide(windows - lowest, span, out=unit, where=span > 0)
    return unit * np.float32(2) - np.float32(1)


def batch_to_take(waiting: int, sizes: Sequence[int]) -> int:
    """How many of `waiting` windows to send at once: the largest of `sizes` that they fill."""
    return max((size for size in sizes if size <= waiting), default=waiting)


def pad_to_bucket(windows: NDArray[np.float32], sizes: Sequence[int]) -> NDArray[np.float32]:
    """Repeat the last window until the batch has one of `sizes` rows.

    Every other batch size would cost an XLA compilation of many seconds. Raises ValueError for
    more rows than the largest size.
    """
    rows = windows.shape[0]
    bucket = min((size for size in sizes if size >= rows), default=None)
    if bucket is None:
        raise ValueError(f"{rows} windows are more than the largest batch of {max(sizes)}.")
    return np.concatenate([windows, np.repeat(windows[-1:], bucket - rows, axis=0)])
