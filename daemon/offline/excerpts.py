"""Short pieces of a recording, for pictures; one pass over the file."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..sources.sound_file import SoundFile


def read_excerpts(
    path: Path, spans_s: Sequence[tuple[float, float]]
) -> tuple[list[NDArray[np.float32]], int]:
    """The mean of all channels from start to end (s), for each span, and the sample rate.

    A span that the file does not reach is shorter, or one zero. Raises InputError.
    """
    with closing(SoundFile(path)) as file:
        rate_hz = file.sample_rate_hz
        bounds = [(int(start_s * rate_hz), int(end_s * rate_hz)) for start_s, end_s in spans_s]
        last = max((stop for _, stop in bounds), default=0)
        parts: list[list[NDArray[np.float32]]] = [[] for _ in bounds]
        at = 0
        while at < last:
            frames = file.read(rate_hz)
            if not frames.shape[0]:
                break
            mono = frames.mean(axis=1, dtype=np.float32)
            for (start, stop), pieces in zip(bounds, parts, strict=True):
                if start < at + mono.size and stop > at:
                    pieces.append(mono[max(0, start - at) : stop - at])
            at += mono.size
    nothing = np.zeros(1, np.float32)
    return [np.concatenate(pieces) if pieces else nothing for pieces in parts], rate_hz
