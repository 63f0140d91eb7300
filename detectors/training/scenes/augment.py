"""What happens to a sound between a mouth and a file: pure functions of samples and a generator.

Every function takes and returns mono float32 samples at 16 kHz.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import cast

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy import signal

from ...ports import SAMPLE_RATE_HZ, Samples
from ..clips.pack import Span

_TELEPHONE_BANDS_HZ = ((200, 3_400), (300, 3_300), (80, 3_900), (100, 3_600))
_SPEED_STEPS = 20
"""Speed is changed in steps of 1/20, so that resampling stays cheap."""


def rms(samples: Samples) -> float:
    """Root mean square, never zero."""
    return float(np.sqrt(np.mean(samples.astype(np.float64) ** 2)) + 1e-9)


def fade(samples: Samples, ramp_samples: int = 160) -> Samples:
    """Raise and lower the ends smoothly, so that cutting makes no click."""
    length = min(ramp_samples, samples.size // 2)
    if length < 1:
        return samples
    faded = samples.copy()
    ramp = (0.5 - 0.5 * np.cos(np.pi * np.arange(length) / length)).astype(np.float32)
    faded[:length] *= ramp
    faded[-length:] *= ramp[::-1]
    return faded


def change_speed(
    samples: Samples, spans: list[Span], rng: Generator, low: float, high: float
) -> tuple[Samples, list[Span]]:
    """Play faster or slower: pitch, tempo and vocal-tract length change together."""
    steps = int(rng.integers(round(_SPEED_STEPS * low), round(_SPEED_STEPS * high) + 1))
    if steps == _SPEED_STEPS:
        return samples, spans
    ratio = _SPEED_STEPS / steps
    played = signal.resample_poly(samples, _SPEED_STEPS, steps).astype(np.float32)
    return played, [
        replace(span, start_s=span.start_s * ratio, end_s=span.end_s * ratio) for span in spans
    ]


def telephone(samples: Samples, rng: Generator) -> Samples:
    """Leave only what a telephone carries."""
    band = _TELEPHONE_BANDS_HZ[int(rng.integers(len(_TELEPHONE_BANDS_HZ)))]
    sections = signal.butter(6, band, btype="band", fs=SAMPLE_RATE_HZ, output="sos")
    return cast("Samples", signal.sosfilt(sections, samples).astype(np.float32))


def microphone(samples: Samples, rng: Generator) -> Samples:
    """Colour as a cheap microphone or a wrong angle does: tilt, a resonance, a cut."""
    tilt = rng.uniform(-0.4, 0.4)
    if rng.random() < 0.5:
        coloured = signal.lfilter([1.0, -tilt], [1.0], samples)
    else:
        coloured = signal.lfilter([1.0], [1.0, 0.9 * tilt], samples)
    if rng.random() < 0.3:
        centre_hz = float(np.exp(rng.uniform(np.log(150.0), np.log(6_000.0))))
        b, a = signal.iirpeak(centre_hz, rng.uniform(1.0, 3.0), fs=SAMPLE_RATE_HZ)
        coloured = coloured + rng.uniform(-0.7, 2.0) * signal.lfilter(b, a, coloured)
    if rng.random() < 0.25:
        cut_hz = float(rng.choice([2_500, 3_500, 5_000, 6_500]))
        low_pass = signal.butter(2, cut_hz, fs=SAMPLE_RATE_HZ, output="sos")
        coloured = signal.sosfilt(low_pass, coloured)
    if rng.random() < 0.25:
        cut_hz = float(rng.uniform(80.0, 350.0))
        high_pass = signal.butter(2, cut_hz, btype="high", fs=SAMPLE_RATE_HZ, output="sos")
        coloured = signal.sosfilt(high_pass, coloured)
    return cast("Samples", np.asarray(coloured, dtype=np.float32))


def simulated_room(rng: Generator) -> Samples:
    """An impulse response: direct sound, a few reflections, a decaying tail."""
    decay_s = rng.uniform(0.12, 0.9)
    tail = decaying_noise(decay_s, rng)
    tail[: int(rng.uniform(0.001, 0.012) * SAMPLE_RATE_HZ)] = 0.0
    for _ in range(int(rng.integers(0, 6))):
        delay = int(rng.uniform(0.001, 0.03) * SAMPLE_RATE_HZ)
        if delay < tail.size:
            tail[delay] += rng.uniform(-2.0, 2.0)
    return with_direct_sound(tail, rng.uniform(-4.0, 15.0))


def decaying_noise(decay_s: float, rng: Generator) -> NDArray[np.float64]:
    """Late reverberation that falls by 60 dB in `decay_s`; 0.7 s of it at most."""
    length = int(min(decay_s, 0.7) * SAMPLE_RATE_HZ)
    time_s = np.arange(length) / SAMPLE_RATE_HZ
    return np.asarray(rng.standard_normal(length) * 10.0 ** (-3.0 * time_s / decay_s))


def with_direct_sound(tail: NDArray[np.float64], direct_to_reverberant_db: float) -> Samples:
    """An impulse response: the direct sound, then the tail so much softer."""
    share = 10.0 ** (-direct_to_reverberant_db / 10.0) / (np.sum(tail**2) + 1e-12)
    room = tail * np.sqrt(share)
    room[0] = 1.0
    return np.asarray(room, dtype=np.float32)


def reverberate(samples: Samples, room: Samples) -> Samples:
    """Place a sound in a room; the direct sound stays where it was, the end is cut."""
    wet = signal.fftconvolve(samples, room)
    direct = int(np.argmax(np.abs(room)))
    return np.asarray(wet[direct : direct + samples.size], dtype=np.float32)


def coloured_noise(length: int, rng: Generator) -> Samples:
    """Steady or slowly swelling noise between white and brown, RMS 1."""
    exponent = rng.uniform(0.0, 2.2)
    frequency_hz = np.maximum(np.fft.rfftfreq(length, 1.0 / SAMPLE_RATE_HZ), 40.0)
    phases = rng.standard_normal((2, frequency_hz.size))
    noise = np.fft.irfft((phases[0] + 1j * phases[1]) * frequency_hz ** (-exponent / 2.0), length)
    swell = rng.uniform(0.0, 0.7) * np.sin(
        2.0 * np.pi * rng.uniform(0.05, 3.0) * np.arange(length) / SAMPLE_RATE_HZ
        + rng.uniform(0.0, 6.28)
    )
    swelling = (noise * (1.0 + swell)).astype(np.float32)
    return np.asarray(swelling / rms(swelling), dtype=np.float32)


def loop_to(samples: Samples, length: int, rng: Generator) -> Samples:
    """Cut or repeat a recording to `length`, with cross-faded seams."""
    seam = SAMPLE_RATE_HZ // 4
    if samples.size < 2 * seam + 10:
        samples = np.tile(samples, (2 * seam + 20) // max(samples.size, 1) + 1)
    if samples.size >= length:
        start = int(rng.integers(0, samples.size - length + 1))
        return samples[start : start + length].copy()
    looped = np.roll(samples, int(rng.integers(samples.size)))
    rising = np.sqrt(np.linspace(0.0, 1.0, seam, dtype=np.float32))
    while looped.size < length:
        looped[-seam:] = looped[-seam:] * rising[::-1] + samples[:seam] * rising
        looped = np.concatenate([looped, samples[seam:]])
    return looped[:length].copy()


@dataclass(frozen=True, slots=True)
class Chain:
    """How often a sound meets each treatment, 0..1."""

    colour: float = 0.5
    phone: float = 0.25
    room: float = 0.5

    def apply(self, samples: Samples, rooms: list[Samples], rng: Generator) -> Samples:
        """Treat one sound; `rooms` are measured impulse responses."""
        if rng.random() < self.colour:
            samples = microphone(samples, rng)
        if rng.random() < self.phone:
            samples = telephone(samples, rng)
        if rng.random() < self.room:
            measured = rooms and rng.random() < 0.5
            room = rooms[int(rng.integers(len(rooms)))] if measured else simulated_room(rng)
            samples = reverberate(samples, room)
        return samples
