"""Native sound to the 16 kHz that everything downstream hears."""

from __future__ import annotations

import numpy as np
import soxr
from numpy.typing import NDArray

from ...detectors.ports import SAMPLE_RATE_HZ, Samples

_PIECE_S = 0.02


class To16k:
    """One stretch of one source, resampled as it comes. One thread.

    Output sample k lies at native sample k * rate / 16000, both counted from the stretch's first
    sample. The output is the same however the input is cut: the resampler is always fed the same
    20-ms pieces. It holds back up to two pieces and its own filter's delay.
    """

    def __init__(self, native_rate_hz: int) -> None:
        self._rate_hz = native_rate_hz
        self._piece = np.empty(max(1, round(native_rate_hz * _PIECE_S)), np.float32)
        self._filled = 0
        self._soxr = (
            None
            if native_rate_hz == SAMPLE_RATE_HZ
            else soxr.ResampleStream(native_rate_hz, SAMPLE_RATE_HZ, 1, dtype="float32")
        )

    def feed(self, samples: NDArray[np.float32]) -> Samples:
        """The next native samples [shape=(n,)], any n; what became ready [shape=(m,), m >= 0]."""
        if self._soxr is None:
            return samples
        ready = []
        taken = 0
        while taken < samples.size:
            part = samples[taken : taken + self._piece.size - self._filled]
            self._piece[self._filled : self._filled + part.size] = part
            self._filled += part.size
            taken += part.size
            if self._filled == self._piece.size:
                ready.append(self._soxr.resample_chunk(self._piece))
                self._filled = 0
        return np.concatenate(ready) if ready else np.empty(0, np.float32)

    def flush(self) -> Samples:
        """The stretch is over: what was held back. The resampler is dead after."""
        if self._soxr is None:
            return np.empty(0, np.float32)
        tail: Samples = self._soxr.resample_chunk(self._piece[: self._filled], last=True)
        return tail

    def native_index(self, sample_16k: int) -> int:
        """The native sample nearest to output sample `sample_16k`, from the stretch's first."""
        return (sample_16k * self._rate_hz + SAMPLE_RATE_HZ // 2) // SAMPLE_RATE_HZ
