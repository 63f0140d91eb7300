"""Log-mel frames of 16 kHz sound, the only thing the gate and the open embedder see.

Frame `f` covers the samples [160 f, 160 f + 400) counted from the start of the stretch or
window. Frames are always computed in batches of a fixed shape, since the rounding of a
matrix product depends on its shape: so the same sound gives the same bits however it came.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .ports import SAMPLE_RATE_HZ, WINDOW_SAMPLES, Samples

HOP_SAMPLES = 160
FRAME_SAMPLES = 400
BANDS = 64
GROUP_FRAMES = 10
"""The stream computes this many frames at once (0.1 s)."""
GROUP_SAMPLES = GROUP_FRAMES * HOP_SAMPLES
GROUP_REACH_SAMPLES = GROUP_SAMPLES - HOP_SAMPLES + FRAME_SAMPLES
"""From a group's beginning to the end of its last frame."""
WINDOW_FRAMES = (WINDOW_SAMPLES - FRAME_SAMPLES) // HOP_SAMPLES + 1
"""Whole frames in one window; none is padded."""

_FFT_SAMPLES = 512
_LOWEST_HZ = 60.0
_HIGHEST_HZ = 7_800.0
_POWER_FLOOR = 1e-9
"""About one step of 16-bit samples: -90 dB."""

LogMel = NDArray[np.float32]
"""log10 of band power: digital silence is -9, white noise with an RMS of 1 is 0, a full tone 2."""


def _mel(frequency_hz: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(2595.0 * np.log10(1.0 + frequency_hz / 700.0), dtype=np.float64)


def _filter_bank() -> NDArray[np.float32]:
    """Weigh FFT bins into bands [shape=(257, 64)]; each band is a mean over its bins."""
    lowest, highest = _mel(np.array([_LOWEST_HZ, _HIGHEST_HZ]))
    edges_hz = 700.0 * (10.0 ** (np.linspace(lowest, highest, BANDS + 2) / 2595.0) - 1.0)
    bins_hz = np.arange(_FFT_SAMPLES // 2 + 1) * SAMPLE_RATE_HZ / _FFT_SAMPLES
    bank = np.zeros((bins_hz.size, BANDS))
    for band in range(BANDS):
        low, centre, high = edges_hz[band : band + 3]
        rising = (bins_hz - low) / (centre - low)
        falling = (high - bins_hz) / (high - centre)
        weights = np.clip(np.minimum(rising, falling), 0.0, None)
        bank[:, band] = weights / weights.sum()
    return bank.astype(np.float32)


class LogMelTransform:
    """The fixed linear maps of the front end; shared and never changed."""

    def __init__(self) -> None:
        taper = 0.5 - 0.5 * np.cos(2.0 * np.pi * np.arange(FRAME_SAMPLES) / FRAME_SAMPLES)
        self._taper = (taper / np.sqrt((taper**2).sum())).astype(np.float32)
        self._bank = _filter_bank()

    def frames(self, samples: Samples) -> LogMel:
        """All whole frames of `samples` as log-mel [shape=(frames, 64)].

        `samples` [shape=(n,), n >= 400, float32] lie side by side in memory.
        """
        count = (samples.size - FRAME_SAMPLES) // HOP_SAMPLES + 1
        step = samples.strides[0]
        framed: NDArray[np.float32] = np.ndarray(
            (count, FRAME_SAMPLES), samples.dtype, samples, strides=(step * HOP_SAMPLES, step)
        )
        padded = np.zeros((count, _FFT_SAMPLES), dtype=np.float32)
        np.multiply(framed, self._taper, out=padded[:, :FRAME_SAMPLES])
        spectrum = np.fft.rfft(padded)
        power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32, copy=False)
        return np.asarray(np.log10(power @ self._bank + np.float32(_POWER_FLOOR)))


class LogMelStream:
    """Cuts a stretch of sound into groups of ten frames, each computed once.

    Holds less than one group and a frame of samples. One thread.
    """

    def __init__(self, transform: LogMelTransform) -> None:
        self._transform = transform
        self._pending = np.zeros(0, dtype=np.float32)

    def feed(self, samples: Samples) -> list[LogMel]:
        """Hear the next samples [shape=(n,)]; the groups [shape=(10, 64)] they complete."""
        pending = np.concatenate([self._pending, samples.astype(np.float32, copy=False)])
        reach = GROUP_REACH_SAMPLES
        groups: list[LogMel] = []
        start = 0
        while start + reach <= pending.size:
            groups.append(self._transform.frames(pending[start : start + reach]))
            start += GROUP_SAMPLES
        self._pending = pending[start:].copy()
        return groups
