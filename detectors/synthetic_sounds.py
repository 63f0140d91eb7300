"""Sounds of a room that are not coughs, from parameters: voices, impacts, tones.

Each function draws one sound, largest sample 1, which begins at its first sample.
"""

from __future__ import annotations

import numpy as np

from .acoustics import (
    Resonance,
    Signal,
    at_full_scale,
    at_unit_rms,
    envelope,
    glide,
    mix,
    noise,
    resonate,
    ring,
    samples_in,
    voice,
    wander,
)
from .ports import Samples

# First three resonances of five vowels of an adult, in hertz.
_VOWELS_HZ = (
    (750, 1_250, 2_550),
    (480, 1_900, 2_500),
    (300, 2_250, 3_000),
    (480, 900, 2_500),
    (330, 800, 2_300),
)


def speech(rng: np.random.Generator) -> Samples:
    """Babble: five to thirteen syllables with a falling melody."""
    scale, pitch_hz = rng.uniform(0.9, 1.2), rng.uniform(95, 240)
    parts, begin_s = [], 0.0
    syllables = int(rng.integers(5, 14))
    for index in range(syllables):
        if rng.random() < 0.6:
            consonant = _consonant(rng)
            parts.append((begin_s, consonant))
            begin_s += consonant.size / 16_000 - 0.01
        melody = pitch_hz * (1.15 - 0.35 * index / syllables) * rng.uniform(0.9, 1.12)
        vowel = _vowel(rng.uniform(0.09, 0.24), melody, scale, rng)
        parts.append((begin_s, vowel * rng.uniform(0.5, 1)))
        begin_s += vowel.size / 16_000 - 0.015 + (rng.uniform(0.08, 0.3) * (rng.random() < 0.2))
    return at_full_scale(mix(parts))


def throat_clear(rng: np.random.Generator) -> Samples:
    """One or two rough, low, softly beginning grunts."""
    tract = _tract(rng.uniform(0.85, 1.15), (500, 1_100, 2_300), rng)
    pitch_hz = rng.uniform(60, 130)
    parts, begin_s = [], 0.0
    for _ in range(int(rng.integers(1, 3))):
        length_s = rng.uniform(0.22, 0.5)
        size = samples_in(length_s)
        folds = voice(pitch_hz * glide(size, [0.9, 1.1, 0.8]), rng, roughness=0.12)
        scrape = noise(size, rng, low_hz=200, tilt_db_per_octave=-4) * 0.12
        rise_s = rng.uniform(0.035, 0.08)
        shape = envelope(
            size,
            [(0, -35), (rise_s, -3), (0.5 * length_s, 0), (0.8 * length_s, -6), (length_s, -40)],
        )
        gurgle = 1 + 0.6 * np.sin(2 * np.pi * np.cumsum(glide(size, [28, 22])) / 16_000)
        parts.append((begin_s, resonate(folds + scrape * gurgle, tract) * shape))
        begin_s += length_s + rng.uniform(0.05, 0.15)
    return at_full_scale(mix(parts))


def sneeze(rng: np.random.Generator) -> Samples:
    """Drawn breath, a halt, then hissing air that turns into a vowel."""
    gasp_s, hiss_s = rng.uniform(0.25, 0.5), rng.uniform(0.12, 0.3)
    size = samples_in(gasp_s)
    gasp = noise(size, rng, low_hz=600, tilt_db_per_octave=-2)
    gasp *= 0.12 * envelope(size, [(0, -30), (0.8 * gasp_s, 0), (gasp_s, -25)])
    size = samples_in(hiss_s)
    hiss = noise(size, rng, low_hz=rng.uniform(1_500, 3_000))
    hiss *= envelope(size, [(0, -30), (0.02, -2), (0.06, 0), (hiss_s, -16)])
    vowel = _vowel(rng.uniform(0.12, 0.3), rng.uniform(180, 380), rng.uniform(0.9, 1.2), rng)
    begin_s = gasp_s + rng.uniform(0.03, 0.12)
    return at_full_scale(
        mix([(0, gasp), (begin_s, hiss), (begin_s + 0.6 * hiss_s, vowel * rng.uniform(0.8, 2.5))])
    )


def laugh(rng: np.random.Generator) -> Samples:
    """Four to nine `ha` on one breath, a little lower and softer each time."""
    pitch_hz, scale, period_s = (
        rng.uniform(170, 420),
        rng.uniform(0.9, 1.25),
        rng.uniform(0.17, 0.24),
    )
    parts = []
    count = int(rng.integers(4, 10))
    for index in range(count):
        size = samples_in(0.05)
        puff = 0.15 * noise(size, rng, low_hz=500, tilt_db_per_octave=-3)
        puff *= envelope(size, [(0, -25), (0.02, 0), (0.05, -20)])
        fall = 1 - 0.4 * index / count
        vowel = _vowel(0.55 * period_s, pitch_hz * (0.6 + 0.4 * fall), scale, rng)
        begin_s = index * period_s * rng.uniform(0.98, 1.02)
        parts += [(begin_s, puff * fall), (begin_s + 0.03, vowel * fall)]
    return at_full_scale(mix(parts))


def breathe(rng: np.random.Generator) -> Samples:
    """Air in, a short pause, air out."""
    parts, begin_s = [], 0.0
    for low_hz, tilt, level in ((700, -3, 0.7), (250, -5, 1.0)):
        length_s = rng.uniform(0.6, 1.3)
        size = samples_in(length_s)
        air = resonate(
            noise(size, rng, low_hz=low_hz, tilt_db_per_octave=tilt),
            _tract(1.0, (700, 1_700, 3_200), rng),
        )
        points = [(0, -40), (0.4 * length_s, 0), (0.7 * length_s, -4), (length_s, -40)]
        parts.append((begin_s, level * air * envelope(size, points)))
        begin_s += length_s + rng.uniform(0.05, 0.3)
    return at_full_scale(mix(parts))


def snore(rng: np.random.Generator) -> Samples:
    """Fluttering soft palate, about a second."""
    length_s = rng.uniform(0.7, 1.6)
    size = samples_in(length_s)
    flutter = voice(rng.uniform(28, 70) * glide(size, [1, 1.2, 1]), rng, roughness=0.08)
    air = noise(size, rng, low_hz=120, tilt_db_per_octave=-6) * 0.06
    shape = envelope(size, [(0, -35), (0.5 * length_s, 0), (0.85 * length_s, -5), (length_s, -35)])
    return at_full_scale(resonate(flutter + air, _tract(1.0, (350, 900, 2_000), rng)) * shape)


def dog(rng: np.random.Generator) -> Samples:
    """One to three barks."""
    pitch_hz, scale = rng.uniform(280, 750), rng.uniform(1.0, 1.6)
    parts, begin_s = [], 0.0
    for _ in range(int(rng.integers(1, 4))):
        length_s = rng.uniform(0.1, 0.22)
        size = samples_in(length_s)
        folds = voice(pitch_hz * glide(size, [0.7, 1.2, 1.1, 0.7]), rng, roughness=0.06)
        harsh = folds + 0.1 * noise(size, rng, low_hz=300)
        bark = resonate(harsh, _tract(scale, (700, 1_400, 2_800), rng))
        points = [(0, -30), (0.02, -1), (0.5 * length_s, 0), (length_s, -35)]
        parts.append((begin_s, bark * envelope(size, points)))
        begin_s += length_s + rng.uniform(0.2, 0.5)
    return at_full_scale(mix(parts))


def door(rng: np.random.Generator) -> Samples:
    """Door that falls shut: thump of the panel, rattle of the latch."""
    size = samples_in(0.5)
    panel = ring(
        size,
        [(rng.uniform(55, 450), rng.uniform(0.3, 1), rng.uniform(0.12, 0.45)) for _ in range(7)],
    )
    latch = noise(samples_in(0.03), rng, low_hz=1_200)
    latch *= 0.3 * envelope(latch.size, [(0, 0), (0.03, -40)])
    slap = noise(samples_in(0.06), rng, low_hz=80, tilt_db_per_octave=-5)
    slap *= 0.8 * envelope(slap.size, [(0, -10), (0.003, 0), (0.06, -40)])
    return at_full_scale(mix([(0, latch), (0.05, panel), (0.05, slap), (0.14, 0.5 * latch)]))


def knock(rng: np.random.Generator) -> Samples:
    """Two to four knocks on wood."""
    partials = [
        (rng.uniform(120, 1_100), rng.uniform(0.2, 1), rng.uniform(0.04, 0.12)) for _ in range(6)
    ]
    parts, begin_s = [], 0.0
    for _ in range(int(rng.integers(2, 5))):
        tap = noise(samples_in(0.01), rng, low_hz=300)
        tap *= 0.4 * envelope(tap.size, [(0, 0), (0.01, -40)])
        strength = rng.uniform(0.6, 1)
        parts += [(begin_s, strength * ring(samples_in(0.15), partials)), (begin_s, strength * tap)]
        begin_s += rng.uniform(0.14, 0.25)
    return at_full_scale(mix(parts))


def dishes(rng: np.random.Generator) -> Samples:
    """Three to nine plates and spoons touching."""
    parts, begin_s = [], 0.0
    for _ in range(int(rng.integers(3, 10))):
        lowest_hz = rng.uniform(900, 3_500)
        partials = [
            (
                min(lowest_hz * ratio * rng.uniform(0.95, 1.05), 7_600),
                0.8**index,
                rng.uniform(0.05, 0.5),
            )
            for index, ratio in enumerate((1, 1.6, 2.3, 3.1, 4.2))
        ]
        tick = noise(samples_in(0.008), rng, low_hz=1_000)
        tick *= 0.5 * envelope(tick.size, [(0, 0), (0.008, -40)])
        strength = rng.uniform(0.2, 1)
        parts += [(begin_s, strength * ring(samples_in(0.4), partials)), (begin_s, strength * tick)]
        begin_s += rng.uniform(0.04, 0.35)
    return at_full_scale(mix(parts))


def keyboard(rng: np.random.Generator) -> Samples:
    """Burst of typing: press and release of six to twenty keys."""
    parts, begin_s = [], 0.0
    for _ in range(int(rng.integers(6, 21))):
        for delay_s, level in ((0.0, 1.0), (rng.uniform(0.06, 0.1), 0.4)):
            click = noise(samples_in(0.02), rng, low_hz=rng.uniform(400, 1_800))
            click *= level * rng.uniform(0.5, 1) * envelope(click.size, [(0, 0), (0.012, -30)])
            parts.append((begin_s + delay_s, click))
        begin_s += rng.uniform(0.08, 0.3)
    return at_full_scale(mix(parts))


def beep(rng: np.random.Generator) -> Samples:
    """One to four equal tones of an appliance."""
    size = samples_in(rng.uniform(0.08, 0.4))
    tone = ring(size, [(rng.uniform(600, 3_800), 1, 9.0)])
    tone *= envelope(size, [(0, -40), (0.005, 0), (size / 16_000 - 0.005, 0), (size / 16_000, -40)])
    period_s = size / 16_000 * rng.uniform(1.5, 2.5)
    return at_full_scale(mix([(i * period_s, tone) for i in range(int(rng.integers(1, 5)))]))


def music(rng: np.random.Generator) -> Samples:
    """Two to four seconds of plucked chords over a drum beat."""
    beat_s, root_hz = rng.uniform(0.35, 0.6), rng.uniform(110, 260)
    drum = noise(samples_in(0.12), rng, low_hz=100, tilt_db_per_octave=-3)
    drum *= 0.4 * envelope(drum.size, [(0, 0), (0.12, -40)])
    parts = []
    for index in range(int(rng.integers(5, 9))):
        step = rng.choice([0, 5, 7, 9])
        chord = [
            (root_hz * 2 ** ((step + third) / 12) * harmonic, 0.5 / harmonic, rng.uniform(0.8, 2))
            for third in (0, 4, 7)
            for harmonic in range(1, 7)
        ]
        parts += [(index * beat_s, ring(samples_in(beat_s * 1.6), chord)), (index * beat_s, drum)]
    return at_full_scale(mix(parts))


def _vowel(length_s: float, pitch_hz: float, scale: float, rng: np.random.Generator) -> Signal:
    """Voiced sound that moves from one vowel towards another, RMS 0.2."""
    size = samples_in(length_s)
    melody = pitch_hz * glide(size, [0.97, 1.04, 0.95]) * (1 + wander(size, 0.05, 0.01, rng))
    folds = voice(melody, rng) + 0.004 * noise(size, rng)
    first, second = rng.choice(len(_VOWELS_HZ), 2)
    blend = glide(size, [0, 0.5, 1])
    sound = (1 - blend) * resonate(folds, _tract(scale, _VOWELS_HZ[first], rng))
    sound += blend * resonate(folds, _tract(scale, _VOWELS_HZ[second], rng))
    sound *= envelope(size, [(0, -30), (0.03, 0), (length_s - 0.04, -3), (length_s, -30)])
    return 0.2 * at_unit_rms(sound)


def _consonant(rng: np.random.Generator) -> Signal:
    """Hiss or the pop of a plosive."""
    if rng.random() < 0.6:
        size = samples_in(rng.uniform(0.05, 0.12))
        hiss = noise(size, rng, low_hz=rng.uniform(1_500, 4_000))
        end_s = size / 16_000
        return 0.05 * hiss * envelope(size, [(0, -30), (0.4 * end_s, 0), (end_s, -20)])
    size = samples_in(0.07)
    pop = noise(size, rng, low_hz=rng.uniform(300, 2_000), tilt_db_per_octave=-2)
    return 0.12 * pop * envelope(size, [(0, -80), (0.04, -80), (0.042, 0), (0.07, -30)])


def _tract(
    scale: float, centres_hz: tuple[float, ...], rng: np.random.Generator
) -> tuple[Resonance, ...]:
    return tuple(
        (centre_hz * scale * rng.uniform(0.97, 1.03), 50 + 0.06 * centre_hz)
        for centre_hz in (*centres_hz, 3_600.0, 4_800.0)
    )
