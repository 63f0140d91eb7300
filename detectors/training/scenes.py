"""Annotated synthetic scenes: a background, coughs and other sounds placed upon it.

The same bank and seed give the same scene. A scene is a little longer than ten seconds, so
that it holds exactly 1,000 feature frames.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from scipy import signal

from ..features import FRAME_SAMPLES, HOP_SAMPLES
from ..ports import SAMPLE_RATE_HZ, Samples
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
from .augment import telephone as telephone_band
from .bank import Bank
from .pack import Mark
from .snippets import Snippet, cough_snippet, other_snippet

SCENE_FRAMES = 1_000
SCENE_SAMPLES = (SCENE_FRAMES - 1) * HOP_SAMPLES + FRAME_SAMPLES
SCENE_S = SCENE_SAMPLES / SAMPLE_RATE_HZ
_COUGH_COUNTS = (0.2, 0.28, 0.27, 0.17, 0.08)
_OTHER_COUNTS = (0.15, 0.25, 0.27, 0.2, 0.13)
_COUGH_CHAIN = Chain(phone=0.12)
_OTHER_CHAIN = Chain(phone=0.3)
_HEARD_BAND_HZ = (90, 7_500)


@dataclass(frozen=True, slots=True)
class Scene:
    """Ten seconds of sound and everything that was put into it."""

    samples: Samples
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class SceneRecipe:
    """What a scene may hold."""

    cough_snr_db: tuple[float, float] = (-6.0, 25.0)
    other_snr_db: tuple[float, float] = (-3.0, 28.0)
    quiet_share: float = 0.3
    """Share of scenes in a quiet room: every event is 10 to 45 dB louder."""
    coughs: bool = True


def build_scene(bank: Bank, rng: Generator, recipe: SceneRecipe) -> Scene:
    """Compose one scene."""
    background, marks = _background(bank, rng)
    heard = _heard_power(background)
    usual = float(np.median(heard[: heard.size // 4_000 * 4_000].reshape(-1, 4_000).mean(1)))
    quiet_db = float(rng.uniform(10.0, 45.0)) if rng.random() < recipe.quiet_share else 0.0
    coughs = int(rng.choice(5, p=_COUGH_COUNTS)) if recipe.coughs else 0
    plan = [True] * coughs + [False] * int(rng.choice(5, p=_OTHER_COUNTS))
    rng.shuffle(plan)
    mixed = background.copy()
    taken: list[tuple[float, float]] = []
    for is_cough in plan:
        snippet = _treated(bank, rng, is_cough=is_cough)
        start_s = _free_place(snippet.samples.size / SAMPLE_RATE_HZ, taken, rng)
        if start_s is None:
            continue
        low, high = recipe.cough_snr_db if is_cough else recipe.other_snr_db
        snr_db = float(rng.uniform(low, high)) + quiet_db
        placed = _place(mixed, heard, usual + 1e-9, snippet, start_s, snr_db)
        if placed:
            taken.append((start_s, start_s + snippet.samples.size / SAMPLE_RATE_HZ))
            marks.extend(placed)
    return Scene(_recorded(mixed, rng), tuple(sorted(marks, key=lambda mark: mark.onset_s)))


def _treated(bank: Bank, rng: Generator, *, is_cough: bool) -> Snippet:
    snippet = cough_snippet(bank, rng) if is_cough else other_snippet(bank, rng)
    chain = _COUGH_CHAIN if is_cough else _OTHER_CHAIN
    if snippet.native_rate_hz == 8_000:
        chain = Chain(phone=0.0)
    tail = np.zeros(int(0.15 * SAMPLE_RATE_HZ), dtype=np.float32)
    treated = chain.apply(np.concatenate([snippet.samples, tail]), list(bank.rooms), rng)
    return Snippet(fade(treated, 80), snippet.spans, snippet.label, snippet.native_rate_hz)


def _free_place(length_s: float, taken: list[tuple[float, float]], rng: Generator) -> float | None:
    """Find a start at which a sound touches no other (one in seven may overlap a little)."""
    if length_s > SCENE_S - 1.0:
        return None
    for _ in range(30):
        start_s = float(rng.uniform(0.3, SCENE_S - length_s - 0.2))
        clear_s = 0.2 if rng.random() < 0.85 else -0.3
        if all(start_s + length_s + clear_s < a or start_s > b + clear_s for a, b in taken):
            return start_s
    return None


def _place(
    mixed: Samples,
    heard: Samples,
    usual: float,
    snippet: Snippet,
    start_s: float,
    snr_db: float,
) -> list[Mark]:
    """Add a sound in place, its active parts `snr_db` over the background there."""
    start = int(start_s * SAMPLE_RATE_HZ)
    samples = snippet.samples[: mixed.size - start]
    own = _heard_power(samples)
    active = np.zeros(samples.size, dtype=bool)
    for span in snippet.spans:
        active[int(span.start_s * SAMPLE_RATE_HZ) : int(span.end_s * SAMPLE_RATE_HZ) + 80] = True
    if not active.any():
        return []
    under = max(float(heard[start : start + samples.size][active].mean()), usual)
    gain = np.sqrt(under * 10.0 ** (snr_db / 10.0) / (float(own[active].mean()) + 1e-14))
    mixed[start : start + samples.size] += samples * np.float32(gain)
    return [
        Mark(start_s + span.start_s, start_s + span.end_s, snippet.label, snr_db, span.sure)
        for span in snippet.spans
    ]


def _heard_power(samples: Samples) -> Samples:
    sections = signal.butter(2, _HEARD_BAND_HZ, btype="band", fs=SAMPLE_RATE_HZ, output="sos")
    return np.asarray(signal.sosfilt(sections, samples) ** 2, dtype=np.float32)


def _recorded(mixed: Samples, rng: Generator) -> Samples:
    """What a microphone makes of it: a level, sometimes clipping, its own noise, 16 bits."""
    if rng.random() < 0.06:
        mixed = telephone_band(mixed, rng)
    recorded = mixed * np.float32(10.0 ** (rng.uniform(-65.0, -25.0) / 20.0))
    peak = float(np.abs(recorded).max())
    clipped = rng.random() < 0.1
    if clipped:
        recorded = recorded * np.float32(10.0 ** (rng.uniform(0.0, 18.0) / 20.0) / peak)
    elif peak > 0.97:
        recorded = recorded * np.float32(0.97 / peak)
    hiss = rng.standard_normal(recorded.size) * 10.0 ** (rng.uniform(-95.0, -70.0) / 20.0)
    quantised = np.round(np.clip(recorded + hiss, -1.0, 1.0) * 32_767.0) / 32_768.0
    return np.asarray(quantised, dtype=np.float32)


def _background(bank: Bank, rng: Generator) -> tuple[Samples, list[Mark]]:
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
