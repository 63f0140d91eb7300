"""Laughs, throat clears and breaths put together from speech and coughs: few are free to use.

So the networks hear such sounds from every person of the bank. No cough is made here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from scipy import signal

from ...ports import SAMPLE_RATE_HZ, Samples
from .augment import rms
from .mock_voice import (
    PEAK,
    Mouth,
    Voice,
    at_pitch,
    gain,
    in_row,
    laid,
    mouth_of,
    moving,
    swell,
    voiced,
    vowel,
    whispered,
)

_LOUD = (0.1, 0.9)


def mock_laugh(speech: Samples, rng: Generator) -> Samples:
    """Ha-ha-ha: short calls, the first ones the loudest, each sinking in level and pitch.

    Some are whispered, some hummed; the row slows down, and some end in a gasp for air.
    """
    mouths = mouth_of(vowel(speech, rng)), mouth_of(vowel(speech, rng))
    pitch_hz = float(np.exp(rng.uniform(np.log(110.0), np.log(520.0))))
    manner = _Manner.drawn(rng)
    interval_s, slowing = rng.uniform(0.13, 0.3), rng.uniform(1.0, 1.08)
    falling_db = rng.uniform(0.0, 3.0)
    starts_s, calls = [0.0], []
    for number in range(int(rng.integers(1, 11))):
        call = _call(mouths, pitch_hz * 0.98**number * rng.uniform(0.85, 1.15), manner, rng)
        level_db = rng.normal(0.0, 2.0) - falling_db * number
        calls.append(call * np.float32(gain(level_db)))
        starts_s.append(starts_s[-1] + interval_s * slowing**number * rng.uniform(0.85, 1.2))
    calls[0] = calls[0] * np.float32(gain(rng.uniform(0.0, 8.0)))
    if rng.random() < 0.3:
        gasp = voiced(mouths[0], rng.uniform(0.15, 0.5), (pitch_hz, 1.3 * pitch_hz), 0.95, rng)
        calls.append(swell(gasp, 0.08, 0.08) * np.float32(gain(rng.uniform(-26.0, -10.0))))
    return laid(calls, starts_s[: len(calls)])


@dataclass(frozen=True, slots=True)
class _Manner:
    """What the calls of one laugh have in common."""

    call_s: float
    decay_s: float
    breath_db: float
    """Of the puff of air that a call begins with, over its voice."""
    breathy: float
    hummed: bool

    @classmethod
    def drawn(cls, rng: Generator) -> _Manner:
        return cls(
            call_s=rng.uniform(0.05, 0.16),
            decay_s=rng.uniform(0.02, 0.12),
            breath_db=rng.uniform(-20.0, 8.0),
            breathy=1.0 if rng.random() < 0.2 else rng.uniform(0.02, 0.45),
            hummed=rng.random() < 0.12,
        )


def _call(mouths: tuple[Mouth, Mouth], pitch_hz: float, manner: _Manner, rng: Generator) -> Samples:
    """Begin with a puff of air, go on with a voice whose mouth moves, end in breath."""
    length_s = manner.call_s * rng.uniform(0.7, 1.3)
    glide = pitch_hz * rng.uniform(0.95, 1.25), pitch_hz * rng.uniform(0.65, 1.0)
    held_s = rng.uniform(0.0, 0.5) * length_s
    how = Voice(glide, manner.breathy, rng.uniform(0.02, 0.2), _LOUD, held_s, manner.decay_s)
    voice = swell(moving(mouths, how, length_s, 0.0, rng), rng.uniform(0.002, 0.03), 0.01)
    if manner.hummed:
        return np.asarray(signal.lfilter([0.15], [1.0, -0.85], voice), dtype=np.float32)
    puff_s = rng.uniform(0.01, 0.07)
    puff = signal.lfilter(
        [1.0, -rng.uniform(0.0, 0.9)], [1.0], voiced(mouths[0], puff_s, glide, 1.0, rng)
    )
    puff = swell(puff.astype(np.float32) / rms(puff), rng.uniform(0.002, 0.02), 0.7 * puff_s)
    trail = voiced(mouths[1], rng.uniform(0.05, 0.2), glide, 1.0, rng)
    trail = swell(trail, 0.02, 0.1) * np.float32(gain(rng.uniform(-34.0, -16.0)))
    voice_at_s = puff_s * rng.uniform(0.2, 0.9)
    return laid(
        [puff * np.float32(gain(manner.breath_db)), voice, trail],
        [0.0, voice_at_s, voice_at_s + 0.8 * length_s],
    )


def mock_throat_clear(speech: Samples, rng: Generator) -> Samples:
    """Ahem: up to three short rough bursts, then a longer voice that sinks as the mouth closes."""
    mouths = mouth_of(vowel(speech, rng)), mouth_of(vowel(speech, rng))
    pitch_hz = float(np.exp(rng.uniform(np.log(75.0), np.log(330.0))))
    rough, breathy = rng.uniform(0.02, 0.35), rng.uniform(0.02, 0.35)
    bursts = int(rng.integers(0, 4))
    starts_s, calls = [0.0], []
    for _ in range(bursts):
        length_s = rng.uniform(0.03, 0.12)
        glide = pitch_hz * rng.uniform(0.8, 1.2), pitch_hz * rng.uniform(0.8, 1.2)
        how = Voice(glide, rng.uniform(0.1, 0.9), rough, _LOUD, 0.4 * length_s, 0.05)
        burst = moving(mouths, how, length_s, rng.uniform(0.0, 0.5), rng)
        burst = swell(burst, rng.uniform(0.002, 0.03), 0.3 * length_s)
        calls.append(burst * np.float32(gain(rng.uniform(-10.0, 3.0))))
        starts_s.append(starts_s[-1] + length_s + rng.uniform(0.03, 0.2))
    length_s = rng.uniform(0.15, 0.8)
    glide = pitch_hz * rng.uniform(0.9, 1.4), pitch_hz * rng.uniform(0.45, 0.9)
    how = Voice(glide, breathy, rough, _LOUD, rng.uniform(0.0, 0.4), rng.uniform(0.05, 0.4))
    voice = moving(mouths, how, length_s, rng.uniform(0.0, 1.0), rng)
    calls.append(swell(voice, rng.uniform(0.005, 0.06), rng.uniform(0.05, 0.5) * length_s))
    dark = rng.uniform(0.0, 0.6)
    row = signal.lfilter([1.0 - dark], [1.0, -dark], laid(calls, starts_s))
    return np.asarray(row * (PEAK / (np.abs(row).max() + 1e-9)), dtype=np.float32)


def mock_hem(cough: Samples, rng: Generator) -> Samples:
    """What is left of a cough without its burst: begun softly and darker, a throat is cleared.

    `cough` begins with its onset.
    """
    calls = []
    for _ in range(int(rng.integers(1, 4))):
        skipped = int(rng.uniform(0.05, 0.1) * SAMPLE_RATE_HZ)
        left = cough[skipped : skipped + int(rng.uniform(0.15, 0.45) * SAMPLE_RATE_HZ)]
        tilt = rng.uniform(0.3, 0.85)
        dark = signal.lfilter([1.0 - tilt], [1.0, -tilt], left).astype(np.float32)
        pitched = at_pitch(dark, rng.uniform(0.7, 1.1))
        calls.append(swell(pitched, rng.uniform(0.05, 0.12), rng.uniform(0.03, 0.12)))
    return in_row(calls, rng.uniform(0.25, 0.6), rng)


def mock_breath(speech: Samples, rng: Generator) -> Samples:
    """Air alone, in or out, swelling slowly; or a sniff."""
    long = np.tile(vowel(speech, rng), 14)
    sniff = rng.random() < 0.3
    length_s = rng.uniform(0.12, 0.4) if sniff else rng.uniform(0.4, 1.5)
    air = whispered(at_pitch(long, rng.uniform(0.6, 1.3)), rng)
    air = air[: int(length_s * SAMPLE_RATE_HZ)]
    brightness = rng.uniform(-0.5, 0.9)
    air = signal.lfilter([1.0, -brightness], [1.0], air).astype(np.float32)
    swollen = swell(air, length_s * rng.uniform(0.2, 0.5), length_s * rng.uniform(0.2, 0.5))
    return in_row([swollen] * int(rng.integers(1, 4 if sniff else 2)), length_s + 0.2, rng)
