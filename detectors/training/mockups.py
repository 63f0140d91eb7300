"""Laughs and throat clears put together from pieces of speech: few real ones are free to use.

So the networks hear such sounds from every speaker of the bank. No cough is made here.
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from scipy import signal

from ..ports import SAMPLE_RATE_HZ, Samples
from .augment import fade, rms

_PIECE_SAMPLES = 1_920
"""A vowel of 0.12 s."""


def mock_laugh(speech: Samples, rng: Generator) -> Samples:
    """Ha-ha-ha: one vowel again and again, each after a breath, sinking in pitch and level."""
    vowel = _vowel(speech, rng)
    interval_s, falling_db = rng.uniform(0.14, 0.3), rng.uniform(0.0, 3.0)
    calls = []
    for number in range(int(rng.integers(2, 9))):
        pitch = rng.uniform(0.95, 1.05) * (1.0 - 0.02 * number)
        call = _at_pitch(vowel, pitch * rng.choice([0.9, 1.0, 1.15, 1.35]))
        call = _swell(call, rng.uniform(0.008, 0.03), rng.uniform(0.03, 0.08))
        breath = _whispered(call, rng)[: int(rng.uniform(0.03, 0.09) * SAMPLE_RATE_HZ)]
        breath_level = 10.0 ** (rng.uniform(-16.0, -3.0) / 20.0)
        joined = np.concatenate([fade(breath, 100) * np.float32(breath_level), call])
        calls.append(joined * np.float32(10.0 ** (-falling_db * number / 20.0)))
    return _in_row(calls, interval_s, rng)


def mock_throat_clear(speech: Samples, rng: Generator) -> Samples:
    """Ahem: a low, rough voice with breath in it, rising less suddenly than a cough."""
    calls = []
    for _ in range(int(rng.integers(1, 4))):
        vowel = _vowel(speech, rng)
        low = np.tile(_at_pitch(vowel, rng.uniform(0.5, 0.85)), 3)
        low = low[: int(rng.uniform(0.12, 0.4) * SAMPLE_RATE_HZ)]
        time_s = np.arange(low.size) / SAMPLE_RATE_HZ
        rattle = np.sin(2.0 * np.pi * rng.uniform(22.0, 70.0) * time_s + rng.uniform(0.0, 6.28))
        rough = (low * (1.0 + rng.uniform(0.3, 1.0) * rattle)).astype(np.float32)
        rough += np.float32(rng.uniform(0.2, 1.0)) * _whispered(rough, rng)
        calls.append(_swell(rough, rng.uniform(0.015, 0.08), rng.uniform(0.03, 0.15)))
    return _in_row(calls, rng.uniform(0.2, 0.5), rng)


def _vowel(speech: Samples, rng: Generator) -> Samples:
    """Pick a loud, voiced piece: strong, and low in zero crossings."""
    starts = rng.integers(0, max(1, speech.size - _PIECE_SAMPLES), 12)
    pieces = [speech[start : start + _PIECE_SAMPLES] for start in starts]
    crossings = [float(np.mean(np.diff(np.signbit(piece)))) for piece in pieces]
    voiced = [
        rms(piece) * (1.0 - min(c * 4.0, 0.95)) for piece, c in zip(pieces, crossings, strict=True)
    ]
    piece = pieces[int(np.argmax(voiced))]
    return np.asarray(piece / rms(piece), dtype=np.float32)


def _at_pitch(piece: Samples, factor: float) -> Samples:
    steps = max(4, round(20.0 * factor))
    return np.asarray(signal.resample_poly(piece, 20, steps), dtype=np.float32)


def _whispered(piece: Samples, rng: Generator) -> Samples:
    """Keep the spectrum, lose the voice: random phases."""
    spectrum = np.abs(np.fft.rfft(piece))
    smooth = np.convolve(spectrum, np.ones(9) / 9.0, "same")
    turned = smooth * np.exp(2j * np.pi * rng.random(smooth.size))
    whispered = np.fft.irfft(turned, piece.size).astype(np.float32)
    return np.asarray(whispered / rms(whispered) * rms(piece), dtype=np.float32)


def _swell(piece: Samples, attack_s: float, release_s: float) -> Samples:
    attack = min(int(attack_s * SAMPLE_RATE_HZ), piece.size // 2)
    release = min(int(release_s * SAMPLE_RATE_HZ), piece.size // 2)
    shape = np.ones(piece.size)
    shape[:attack] = np.linspace(0.0, 1.0, attack) ** 2
    shape[piece.size - release :] = np.linspace(1.0, 0.0, release)
    return np.asarray(piece * shape, dtype=np.float32)


def _in_row(calls: list[Samples], interval_s: float, rng: Generator) -> Samples:
    starts = np.cumsum([0.0, *(interval_s * rng.uniform(0.85, 1.2, len(calls) - 1))])
    first = [int(start_s * SAMPLE_RATE_HZ) for start_s in starts]
    row = np.zeros(max(a + call.size for a, call in zip(first, calls, strict=True)), np.float32)
    for start, call in zip(first, calls, strict=True):
        row[start : start + call.size] += call
    return row * np.float32(0.3 / (np.abs(row).max() + 1e-9))
