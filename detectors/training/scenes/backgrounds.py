"""What goes on behind a scene's sounds: talk, noise, music, babble, clatter or hiss."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from ...ports import SAMPLE_RATE_HZ, Samples
from ..clips.bank import Bank
from ..clips.pack import Mark
from .augment import (
    Chain,
    change_speed,
    coloured_noise,
    fade,
    loop_to,
    reverberate,
    rms,
    simulated_room,
)
from .length import SCENE_S, SCENE_SAMPLES


def background(bank: Bank, rng: Generator) -> tuple[Samples, list[Mark]]:
    """Background with RMS near 1, and the speech that is part of it."""
    marks: list[Mark] = []
    choice = rng.random()
    if choice < 0.27:
        bed, marks = _talk(bank, rng)
    elif choice < 0.52:
        bed = _bed(bank, rng)
    elif choice < 0.62 and bank.music:
        bed = _unit(_looped(bank, rng, music=True))
    elif choice < 0.68:
        bed = _babble(bank, rng)
        marks = [Mark(0.0, SCENE_S, "speech", 0.0)]
    elif choice < 0.86:
        bed = _clatter(bank, rng)
    else:
        bed = coloured_noise(SCENE_SAMPLES, rng)
    bed = Chain(colour=0.3, phone=0.06, room=0.0).apply(bed, [], rng)
    if rng.random() < 0.3:
        bed = reverberate(bed, simulated_room(rng))
    hiss = rng.standard_normal(SCENE_SAMPLES) * 10.0 ** (rng.uniform(-45.0, -20.0) / 20.0)
    return (_unit(bed) + hiss).astype(np.float32), marks


def _unit(samples: Samples) -> Samples:
    return np.asarray(samples / rms(samples), dtype=np.float32)


def _looped(bank: Bank, rng: Generator, *, music: bool) -> Samples:
    """A background recording, often at another speed or backwards: there are few of them."""
    pool = bank.music if music and bank.music else bank.beds
    looped = loop_to(pool[int(rng.integers(len(pool)))].samples, SCENE_SAMPLES, rng)
    if rng.random() < 0.5:
        looped, _ = change_speed(looped, [], rng, 0.65, 1.5)
        looped = loop_to(looped, SCENE_SAMPLES, rng)
    return looped[::-1].copy() if rng.random() < 0.25 else looped


def _bed(bank: Bank, rng: Generator) -> Samples:
    bed = _unit(_looped(bank, rng, music=False))
    if rng.random() < 0.4:
        other = _unit(_looped(bank, rng, music=bool(rng.random() < 0.3)))
        bed = bed + other * np.float32(10.0 ** (rng.uniform(-12.0, 3.0) / 20.0))
    return bed


def _babble(bank: Bank, rng: Generator) -> Samples:
    mixed = np.zeros(SCENE_SAMPLES, dtype=np.float32)
    for _ in range(int(rng.integers(2, 6))):
        voice = bank.speech[int(rng.integers(len(bank.speech)))].samples
        level = 10.0 ** (rng.uniform(-6.0, 0.0) / 20.0)
        mixed += _unit(loop_to(voice, SCENE_SAMPLES, rng)) * np.float32(level)
    return mixed


def _talk(bank: Bank, rng: Generator) -> tuple[Samples, list[Mark]]:
    """One person after the other says something."""
    mixed = np.zeros(SCENE_SAMPLES, dtype=np.float32)
    marks: list[Mark] = []
    start = int(rng.uniform(0.0, 0.8) * SAMPLE_RATE_HZ)
    while start < SCENE_SAMPLES - 800:
        voice = bank.speech[int(rng.integers(len(bank.speech)))].samples
        skip = int(rng.uniform(0, max(0, voice.size - SAMPLE_RATE_HZ)))
        said = fade(_unit(voice)[skip : skip + SCENE_SAMPLES - start])
        mixed[start : start + said.size] += said * np.float32(10.0 ** (rng.uniform(-5, 5) / 20.0))
        end = start + said.size
        marks.append(Mark(start / SAMPLE_RATE_HZ, end / SAMPLE_RATE_HZ, "speech", 0.0))
        start = end + int(rng.uniform(0.1, 1.2) * SAMPLE_RATE_HZ)
    if rng.random() < 0.3:
        level = 10.0 ** (rng.uniform(-25.0, -5.0) / 20.0)
        mixed = _unit(mixed) + coloured_noise(SCENE_SAMPLES, rng) * np.float32(level)
    return mixed, marks


def _clatter(bank: Bank, rng: Generator) -> Samples:
    """A dense run of household and animal sounds: dishes, keys, doors, barks."""
    kinds = [kind for kind in ("household", "door", "animal") if kind in bank.negatives]
    mixed = coloured_noise(SCENE_SAMPLES, rng) * np.float32(10.0 ** (rng.uniform(-40, -15) / 20.0))
    few = [
        bank.negatives[kind][int(rng.integers(len(bank.negatives[kind])))]
        for kind in rng.choice(kinds, size=int(rng.integers(1, 5)))
    ]
    for _ in range(int(rng.integers(5, 30))):
        sound = few[int(rng.integers(len(few)))]
        span = sound.spans[int(rng.integers(len(sound.spans)))]
        low = max(0, int((span.start_s - 0.03) * SAMPLE_RATE_HZ))
        high = low + int(rng.uniform(0.1, 1.0) * SAMPLE_RATE_HZ)
        burst = fade(sound.samples[low:high])
        start = int(rng.integers(0, SCENE_SAMPLES - SAMPLE_RATE_HZ // 2))
        burst = burst[: SCENE_SAMPLES - start]
        level = 10.0 ** (rng.uniform(-12.0, 8.0) / 20.0) / rms(burst)
        mixed[start : start + burst.size] += burst * np.float32(level)
    return mixed
