"""Building blocks of synthetic sound: envelopes, noise, a voice source and resonances.

Everything is 16 kHz mono, pure, and random only through the generator handed in.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from .ports import SAMPLE_RATE_HZ, Samples

Signal = NDArray[np.float64]
"""Mono samples at 16 kHz while they are still being worked on; any level."""

Resonance = tuple[float, float]
"""Centre and bandwidth in hertz."""

_RINGING_SAMPLES = 4_096
_SILENCE_DB = -80.0


def samples_in(seconds: float) -> int:
    """Whole samples in so many seconds."""
    return round(seconds * SAMPLE_RATE_HZ)


def envelope(size: int, points: Sequence[tuple[float, float]]) -> Signal:
    """Gain [shape=(size,)] through points of (time_s, level_db), straight in decibels.

    Before the first and after the last point the level is that of the point.
    """
    times_s, levels_db = zip(*points, strict=True)
    level_db = np.interp(np.arange(size) / SAMPLE_RATE_HZ, times_s, levels_db)
    gain: Signal = np.where(level_db > _SILENCE_DB, 10 ** (level_db / 20), 0.0)
    return gain


def glide(size: int, values: Sequence[float]) -> Signal:
    """Straight lines through equally spaced values, such as a pitch in hertz."""
    return np.interp(np.linspace(0, len(values) - 1, size), np.arange(len(values)), values)


def wander(size: int, step_s: float, depth: float, rng: np.random.Generator) -> Signal:
    """Slow random movement round 0, a new normal value of this depth every `step_s`."""
    knots = rng.normal(0.0, depth, max(2, int(size / samples_in(step_s)) + 2))
    return glide(size, knots.tolist())


def noise(
    size: int,
    rng: np.random.Generator,
    *,
    low_hz: float = 60.0,
    high_hz: float = 7_500.0,
    tilt_db_per_octave: float = 0.0,
) -> Signal:
    """Gaussian noise with a sloping spectrum between soft band edges, RMS 1."""
    padded = size + _RINGING_SAMPLES
    spectrum = np.fft.rfft(rng.standard_normal(padded))
    hz = np.maximum(np.fft.rfftfreq(padded, 1 / SAMPLE_RATE_HZ), 1.0)
    shape = 10 ** (tilt_db_per_octave * np.log2(hz / 1_000.0) / 20)
    shape /= np.sqrt(1 + (low_hz / hz) ** 6) * np.sqrt(1 + (hz / high_hz) ** 12)
    return at_unit_rms(np.fft.irfft(spectrum * shape, padded)[:size])


def voice(pitch_hz: Signal, rng: np.random.Generator, *, roughness: float = 0.02) -> Signal:
    """Pulses of air through the vocal folds at this pitch, differentiated, largest sample 1.

    `roughness` is the spread of period lengths and (fivefold) of pulse heights.
    """
    shaken_hz = pitch_hz * (1 + wander(pitch_hz.size, 0.006, roughness, rng))
    turns = np.cumsum(shaken_hz) / SAMPLE_RATE_HZ + rng.random()
    height = 1 + np.clip(5 * roughness * rng.standard_normal(int(turns[-1]) + 1), -0.9, 0.9)
    phase = turns % 1.0
    opening = 0.5 - 0.5 * np.cos(np.pi * phase / 0.4)
    closing = np.cos(np.pi / 2 * (phase - 0.4) / 0.18)
    flow = np.where(phase < 0.4, opening, np.where(phase < 0.58, closing, 0.0))
    pulses = np.diff(flow * height[turns.astype(np.int64)], prepend=0.0)
    scaled: Signal = pulses / np.abs(pulses).max()
    return scaled


def resonate(signal: Signal, resonances: Sequence[Resonance]) -> Signal:
    """Pass through two-pole resonances in a row (a vocal tract); RMS 1."""
    padded = signal.size + _RINGING_SAMPLES
    turn = np.exp(-2j * np.pi * np.fft.rfftfreq(padded))
    response = np.ones_like(turn)
    for centre_hz, bandwidth_hz in resonances:
        radius = np.exp(-np.pi * bandwidth_hz / SAMPLE_RATE_HZ)
        angle = 2 * np.pi * centre_hz / SAMPLE_RATE_HZ
        response /= 1 - 2 * radius * np.cos(angle) * turn + (radius * turn) ** 2
    return at_unit_rms(np.fft.irfft(np.fft.rfft(signal, padded) * response, padded)[: signal.size])


def ring(size: int, partials: Sequence[tuple[float, float, float]]) -> Signal:
    """Struck body: decaying sines of (frequency_hz, amplitude, time to fall 60 dB in s)."""
    time_s = np.arange(size) / SAMPLE_RATE_HZ
    return sum(
        (
            amplitude * 10 ** (-3 * time_s / fall_s) * np.sin(2 * np.pi * frequency_hz * time_s)
            for frequency_hz, amplitude, fall_s in partials
        ),
        start=np.zeros(size),
    )


def mix(parts: Sequence[tuple[float, Signal]]) -> Signal:
    """Add sounds that begin at these seconds; as long as the last one to end."""
    size = max(samples_in(begin_s) + part.size for begin_s, part in parts)
    whole = np.zeros(size)
    for begin_s, part in parts:
        begin = samples_in(begin_s)
        whole[begin : begin + part.size] += part
    return whole


def at_unit_rms(signal: Signal) -> Signal:
    """Scale to an RMS of 1."""
    scaled: Signal = signal / np.sqrt(np.mean(signal**2))
    return scaled


def at_full_scale(signal: Signal) -> Samples:
    """Scale so that the largest sample is 1, as float32."""
    scaled: Samples = (signal / np.abs(signal).max()).astype(np.float32)
    return scaled
