"""Laughs, throat clears and breaths put together from speech and coughs: few are free to use.

So the networks hear such sounds from every person of the bank. No cough is made here.
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy import signal
from scipy.linalg import solve_toeplitz

from ..ports import SAMPLE_RATE_HZ, Samples
from .augment import fade, rms

_PIECE_SAMPLES = 1_920
"""A vowel of 0.12 s."""
_TRACT_ORDER = 18
_PEAK = 0.3


def mock_laugh(speech: Samples, rng: Generator) -> Samples:
    """Ha-ha-ha: short calls in an even row, each after a breath, sinking in pitch and level."""
    tract = _tract(_vowel(speech, rng))
    pitch_hz = float(np.exp(rng.uniform(np.log(130.0), np.log(480.0))))
    interval_s, falling_db = rng.uniform(0.11, 0.28), rng.uniform(0.0, 3.0)
    call_s, attack_s = rng.uniform(0.04, 0.14), rng.uniform(0.002, 0.02)
    breathy = 1.0 if rng.random() < 0.2 else rng.uniform(0.02, 0.4)
    calls = []
    for number in range(int(rng.integers(2, 12))):
        length_s = call_s * rng.uniform(0.8, 1.25)
        if number == 0 and rng.random() < 0.2:
            length_s *= 3.0
        from_hz = pitch_hz * rng.uniform(0.95, 1.08) * 0.98**number
        call = _voice(tract, length_s, (from_hz, from_hz * rng.uniform(0.8, 1.05)), breathy, rng)
        call = _swell(call, attack_s, length_s * rng.uniform(0.3, 0.7))
        breath_s = min(rng.uniform(0.01, 0.08), 0.7 * interval_s)
        breath = fade(_voice(tract, breath_s, (from_hz, from_hz), 1.0, rng), 100)
        joined = np.concatenate([breath * np.float32(_gain(rng.uniform(-22.0, -4.0))), call])
        calls.append(joined * np.float32(_gain(-falling_db * number)))
    return _in_row(calls, interval_s, rng)


def mock_throat_clear(speech: Samples, rng: Generator) -> Samples:
    """Ahem: up to three short rough bursts, then a longer voice that sinks."""
    tract = _tract(_vowel(speech, rng))
    pitch_hz = float(np.exp(rng.uniform(np.log(75.0), np.log(260.0))))
    rough = rng.uniform(0.1, 0.6)
    bursts = int(rng.integers(0, 4))
    calls = []
    for number in range(bursts + 1):
        last = number == bursts
        length_s = rng.uniform(0.2, 0.8) if last and rng.random() < 0.8 else rng.uniform(0.06, 0.2)
        to_hz = pitch_hz * (rng.uniform(0.55, 0.95) if last else rng.uniform(0.9, 1.3))
        call = _voice(tract, length_s, (pitch_hz, to_hz), rng.uniform(0.05, 0.5), rng, rough)
        attack_s = rng.uniform(0.003, 0.05)
        calls.append(_swell(call, attack_s, length_s * rng.uniform(0.3, 0.8)))
        calls[-1] = calls[-1] * np.float32(_gain(rng.uniform(-6.0, 0.0)))
    dark = rng.uniform(0.0, 0.7)
    row = signal.lfilter([1.0 - dark], [1.0, -dark], _in_row(calls, rng.uniform(0.13, 0.4), rng))
    return np.asarray(row * (_PEAK / (np.abs(row).max() + 1e-9)), dtype=np.float32)


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
        pitched = _at_pitch(dark, rng.uniform(0.7, 1.1))
        calls.append(_swell(pitched, rng.uniform(0.05, 0.12), rng.uniform(0.03, 0.12)))
    return _in_row(calls, rng.uniform(0.25, 0.6), rng)


def mock_breath(speech: Samples, rng: Generator) -> Samples:
    """Air alone, in or out, swelling slowly; or a sniff."""
    vowel = np.tile(_vowel(speech, rng), 14)
    sniff = rng.random() < 0.3
    length_s = rng.uniform(0.12, 0.4) if sniff else rng.uniform(0.4, 1.5)
    air = _whispered(_at_pitch(vowel, rng.uniform(0.6, 1.3)), rng)
    air = air[: int(length_s * SAMPLE_RATE_HZ)]
    brightness = rng.uniform(-0.5, 0.9)
    air = signal.lfilter([1.0, -brightness], [1.0], air).astype(np.float32)
    swollen = _swell(air, length_s * rng.uniform(0.2, 0.5), length_s * rng.uniform(0.2, 0.5))
    return _in_row([swollen] * int(rng.integers(1, 4 if sniff else 2)), length_s + 0.2, rng)


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


def _gain(level_db: float) -> float:
    return float(10.0 ** (level_db / 20.0))


def _tract(vowel: Samples) -> NDArray[np.float64]:
    """Prediction filter of a vowel: the mouth and throat that spoke it."""
    bright = np.append(vowel[0], vowel[1:] - 0.95 * vowel[:-1]) * np.hanning(vowel.size)
    likeness = np.correlate(bright, bright, "full")[vowel.size - 1 :][: _TRACT_ORDER + 1]
    likeness[0] = likeness[0] * 1.001 + 1e-9
    return np.concatenate([[1.0], -solve_toeplitz(likeness[:-1], likeness[1:])])


def _voice(
    tract: NDArray[np.float64],
    length_s: float,
    pitch_hz: tuple[float, float],
    breathy: float,
    rng: Generator,
    rough: float = 0.03,
) -> Samples:
    """Sound a tract: pulses that glide between two pitches, with breath (1: nothing else)."""
    size = int(length_s * SAMPLE_RATE_HZ)
    wobble = 1.0 + rough * 0.3 * np.interp(
        np.arange(size) / 160.0, np.arange(size // 160 + 2), rng.standard_normal(size // 160 + 2)
    )
    turns = np.cumsum(np.linspace(*pitch_hz, size) * wobble) / SAMPLE_RATE_HZ
    pulses = np.flatnonzero(np.diff(np.floor(turns), prepend=-1.0) > 0.0)
    source = np.zeros(size)
    source[pulses] = 1.0 + rough * rng.standard_normal(pulses.size)
    source = signal.lfilter([1.0], [1.0, -rng.uniform(0.6, 0.95)], source)
    source = source / (np.sqrt(np.mean(source**2)) + 1e-9)
    mixed = np.sqrt(1.0 - breathy**2) * source + breathy * rng.standard_normal(size)
    sounded = signal.lfilter([1.0], tract, mixed).astype(np.float32)
    return np.asarray(sounded / rms(sounded), dtype=np.float32)


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
    return row * np.float32(_PEAK / (np.abs(row).max() + 1e-9))
