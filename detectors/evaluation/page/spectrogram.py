"""A stretch of sound as a picture: log spectrogram to PNG, with numpy alone. Pure."""

from __future__ import annotations

import struct
import zlib

import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 360, 120
TOP_HZ = 8_000
_FRAME_S = 0.02
_RANGE_DB = 60.0
_SILENCE = 1e-12
_COLOURS = np.array(
    [(12, 10, 30), (60, 20, 95), (135, 38, 100), (205, 70, 72), (246, 140, 50), (250, 235, 160)],
    dtype=np.float64,
)
"""From quiet to loud."""


def spectrogram_png(samples: NDArray[np.float32], sample_rate_hz: int) -> bytes:
    """Draw samples [shape=(n,), n >= 1] up to 8 kHz; 60 dB from the loudest point down."""
    frame = max(16, round(_FRAME_S * sample_rate_hz))
    padded = np.pad(samples.astype(np.float64), (frame // 2, frame))
    starts = np.linspace(0, samples.size - 1, WIDTH).astype(np.intp)
    frames = padded[starts[:, np.newaxis] + np.arange(frame)] * np.hanning(frame)
    power = np.abs(np.fft.rfft(frames, axis=1)) ** 2
    bins_hz = np.fft.rfftfreq(frame, 1.0 / sample_rate_hz)
    rows_hz = np.linspace(TOP_HZ, 0.0, HEIGHT)
    nearest = np.clip(np.searchsorted(bins_hz, rows_hz), 0, bins_hz.size - 1)
    level_db = 10.0 * np.log10(power[:, nearest].T + _SILENCE)
    level_db[rows_hz > sample_rate_hz / 2.0] = -np.inf
    loudness = np.clip(1.0 + (level_db - level_db.max()) / _RANGE_DB, 0.0, 1.0)
    return png(_coloured(loudness))


def _coloured(loudness: NDArray[np.float64]) -> NDArray[np.uint8]:
    places = np.linspace(0.0, 1.0, len(_COLOURS))
    channels = [np.interp(loudness, places, _COLOURS[:, channel]) for channel in range(3)]
    return np.stack(channels, axis=-1).astype(np.uint8)


def png(pixels: NDArray[np.uint8]) -> bytes:
    """Encode RGB pixels [shape=(height, width, 3)]."""
    height, width, _ = pixels.shape
    unfiltered = np.zeros((height, 1), dtype=np.uint8)
    lines = np.hstack([unfiltered, pixels.reshape(height, width * 3)])
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"".join(
        [
            b"\x89PNG\r\n\x1a\n",
            _chunk(b"IHDR", header),
            _chunk(b"IDAT", zlib.compress(lines.tobytes(), 9)),
            _chunk(b"IEND", b""),
        ]
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    checksum = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", checksum)
