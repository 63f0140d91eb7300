"""The picture is a PNG, and a tone lies where it should."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest
from numpy.typing import NDArray

from coughd.detectors.evaluation.page.spectrogram import HEIGHT, TOP_HZ, WIDTH, png, spectrogram_png


def pixels(image: bytes) -> NDArray[np.uint8]:
    """Decode what `png` encodes, checking every chunk."""
    assert image[:8] == b"\x89PNG\r\n\x1a\n"
    at, content = 8, b""
    width = height = 0
    while at < len(image):
        (size,) = struct.unpack(">I", image[at : at + 4])
        kind, body = image[at + 4 : at + 8], image[at + 8 : at + 8 + size]
        assert struct.unpack(">I", image[at + 8 + size : at + 12 + size])[0] == zlib.crc32(
            kind + body
        )
        if kind == b"IHDR":
            width, height = struct.unpack(">II", body[:8])
        content += body if kind == b"IDAT" else b""
        at += 12 + size
    lines = np.frombuffer(zlib.decompress(content), np.uint8).reshape(height, 1 + 3 * width)
    return lines[:, 1:].reshape(height, width, 3)


def test_pixels_survive() -> None:
    drawn = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)

    np.testing.assert_array_equal(pixels(png(drawn)), drawn)


@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 48_000])
def test_a_tone_is_brightest_at_its_height(rate_hz: int) -> None:
    time_s = np.arange(2 * rate_hz) / rate_hz
    tone = np.sin(2 * np.pi * 2_000 * time_s).astype(np.float32)
    drawn = pixels(spectrogram_png(tone, rate_hz))

    assert drawn.shape == (HEIGHT, WIDTH, 3)
    brightest = int(drawn[:, WIDTH // 2].astype(int).sum(axis=1).argmax())
    assert TOP_HZ * (1 - brightest / (HEIGHT - 1)) == pytest.approx(2_000, abs=120)


@pytest.mark.parametrize("samples", [np.zeros(1, np.float32), np.zeros(40_000, np.float32)])
def test_silence_and_next_to_nothing_are_pictures_too(samples: NDArray[np.float32]) -> None:
    assert pixels(spectrogram_png(samples, 16_000)).shape == (HEIGHT, WIDTH, 3)
