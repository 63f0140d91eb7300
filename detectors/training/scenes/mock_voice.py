"""A voice to be made up: the mouth of someone who spoke, sounded with another pitch or with air."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy import signal
from scipy.linalg import solve_toeplitz

from ...ports import SAMPLE_RATE_HZ, Samples
from .augment import rms

Mouth = NDArray[np.float64]
"""Prediction filter of a vowel: the mouth and throat that spoke it."""
PEAK = 0.3


@dataclass(frozen=True, slots=True)
class Voice:
    """How a mouth is sounded."""

    pitch_hz: tuple[float, float]
    """At the beginning and at the end."""
    breathy: float
    """0 to 1, where nothing but air is heard."""
    rough: float
    """Unevenness of the pulses."""
    dark: tuple[float, float]
    """Bounds of how fast the pulses fall off over frequency: less when loud."""
    held_s: float
    decay_s: float
    """After being held, the level falls by 8.7 dB in this time."""


_PIECE_SAMPLES = 1_920
"""A vowel of 0.12 s."""
_TRACT_ORDER = 18


def vowel(speech: Samples, rng: Generator) -> Samples:
    """Pick a loud, voiced piece: strong, and low in zero crossings."""
    starts = rng.integers(0, max(1, speech.size - _PIECE_SAMPLES), 12)
    pieces = [speech[start : start + _PIECE_SAMPLES] for start in starts]
    crossings = [float(np.mean(np.diff(np.signbit(piece)))) for piece in pieces]
    strengths = [
        rms(piece) * (1.0 - min(c * 4.0, 0.95)) for piece, c in zip(pieces, crossings, strict=True)
    ]
    piece = pieces[int(np.argmax(strengths))]
    return np.asarray(piece / rms(piece), dtype=np.float32)


def gain(level_db: float) -> float:
    """Of an amplitude."""
    return float(10.0 ** (level_db / 20.0))


def mouth_of(piece: Samples) -> Mouth:
    """The mouth that spoke a vowel."""
    bright = np.append(piece[0], piece[1:] - 0.95 * piece[:-1]) * np.hanning(piece.size)
    likeness = np.correlate(bright, bright, "full")[piece.size - 1 :][: _TRACT_ORDER + 1]
    likeness[0] = likeness[0] * 1.001 + 1e-9
    return np.concatenate([[1.0], -solve_toeplitz(likeness[:-1], likeness[1:])])


def voiced(
    mouth: Mouth,
    length_s: float,
    pitch_hz: tuple[float, float],
    breathy: float,
    rng: Generator,
    rough: float = 0.03,
    dark: tuple[float, float] = (0.6, 0.95),
) -> Samples:
    """Sound a mouth: pulses that glide between two pitches, with breath (1: nothing else).

    `dark` are the bounds of how fast the pulses fall off over frequency: less when loud.
    """
    size = int(length_s * SAMPLE_RATE_HZ)
    wobble = 1.0 + rough * 0.3 * np.interp(
        np.arange(size) / 160.0, np.arange(size // 160 + 2), rng.standard_normal(size // 160 + 2)
    )
    turns = np.cumsum(np.linspace(*pitch_hz, size) * wobble) / SAMPLE_RATE_HZ
    pulses = np.flatnonzero(np.diff(np.floor(turns), prepend=-1.0) > 0.0)
    source = np.zeros(size)
    source[pulses] = 1.0 + rough * rng.standard_normal(pulses.size)
    source = signal.lfilter([1.0], [1.0, -rng.uniform(*dark)], source)
    source = source / (np.sqrt(np.mean(source**2)) + 1e-9)
    mixed = np.sqrt(1.0 - breathy**2) * source + breathy * rng.standard_normal(size)
    sounded = signal.lfilter([1.0], mouth, mixed).astype(np.float32)
    return np.asarray(sounded / rms(sounded), dtype=np.float32)


def moving(
    mouths: tuple[Mouth, Mouth], voice: Voice, length_s: float, closing: float, rng: Generator
) -> Samples:
    """Go from one mouth towards the other, sink, and lose what is bright (`closing`, 0 to 1)."""
    one, other = (
        voiced(mouth, length_s, voice.pitch_hz, voice.breathy, rng, voice.rough, voice.dark)
        for mouth in mouths
    )
    gone = np.linspace(0.0, 1.0, one.size, dtype=np.float32)
    share = gone * np.float32(rng.uniform(0.2, 1.0))
    open_ = one * (1.0 - share) + other * share
    closed = signal.lfilter([0.12], [1.0, -0.88], open_)
    shut = np.minimum(1.0, gone * 2.0) * closing
    time_s = np.arange(one.size) / SAMPLE_RATE_HZ
    sinking = np.exp(-np.maximum(time_s - voice.held_s, 0.0) / voice.decay_s)
    return np.asarray((open_ * (1.0 - shut) + 2.0 * closed * shut) * sinking, dtype=np.float32)


def at_pitch(piece: Samples, factor: float) -> Samples:
    """Higher and shorter (over 1), or lower and longer."""
    steps = max(4, round(20.0 * factor))
    return np.asarray(signal.resample_poly(piece, 20, steps), dtype=np.float32)


def whispered(piece: Samples, rng: Generator) -> Samples:
    """Keep the spectrum, lose the voice: random phases."""
    spectrum = np.abs(np.fft.rfft(piece))
    smooth = np.convolve(spectrum, np.ones(9) / 9.0, "same")
    turned = smooth * np.exp(2j * np.pi * rng.random(smooth.size))
    whispered = np.fft.irfft(turned, piece.size).astype(np.float32)
    return np.asarray(whispered / rms(whispered) * rms(piece), dtype=np.float32)


def swell(piece: Samples, attack_s: float, release_s: float) -> Samples:
    """Rise from nothing and fall to it."""
    attack = min(int(attack_s * SAMPLE_RATE_HZ), piece.size // 2)
    release = min(int(release_s * SAMPLE_RATE_HZ), piece.size // 2)
    shape = np.ones(piece.size)
    shape[:attack] = np.linspace(0.0, 1.0, attack) ** 2
    shape[piece.size - release :] = np.linspace(1.0, 0.0, release)
    return np.asarray(piece * shape, dtype=np.float32)


def in_row(calls: list[Samples], interval_s: float, rng: Generator) -> Samples:
    """One after the other, their starts about `interval_s` apart."""
    return laid(calls, np.cumsum([0.0, *(interval_s * rng.uniform(0.85, 1.2, len(calls) - 1))]))


def laid(calls: Sequence[Samples], starts_s: Iterable[float]) -> Samples:
    """Each where it starts, all together at a peak of PEAK."""
    first = [int(start_s * SAMPLE_RATE_HZ) for start_s in starts_s]
    row = np.zeros(max(a + call.size for a, call in zip(first, calls, strict=True)), np.float32)
    for start, call in zip(first, calls, strict=True):
        row[start : start + call.size] += call
    return row * np.float32(PEAK / (np.abs(row).max() + 1e-9))
