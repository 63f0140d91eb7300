"""Channels to the one that is heard."""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from .ports import Block

Channel: TypeAlias = int | Literal["mix"]
"""Counted from 0, or the mean of all."""


def to_block(
    frames: NDArray[np.float32], channel: Channel, first_sample: int, monotonic_s: float | None
) -> Block:
    """What is heard of frames [shape=(n, channels), full scale 1]."""
    heard = frames if channel == "mix" else frames[:, channel : channel + 1]
    if heard.shape[1] == 1:
        mono = heard[:, 0]
        magnitudes = np.abs(mono)
    else:
        mono = heard.mean(axis=1, dtype=np.float32)
        magnitudes = np.abs(heard).max(axis=1)
    return Block(first_sample, np.clip(mono, -1.0, 1.0), magnitudes, monotonic_s)
