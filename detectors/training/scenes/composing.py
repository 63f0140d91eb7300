"""Annotated synthetic scenes: a background, coughs and other sounds placed upon it.

The same bank and seed give the same scene.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from scipy import signal

from ...ports import SAMPLE_RATE_HZ, Samples
from ..clips.bank import Bank
from ..clips.pack import Mark
from .augment import (
    Chain,
    fade,
)
from .augment import telephone as telephone_band
from .backgrounds import background
from .length import SCENE_S
from .snippets import Snippet, cough_snippet, other_snippet

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
    bed, marks = background(bank, rng)
    heard = _heard_power(bed)
    usual = float(np.median(heard[: heard.size // 4_000 * 4_000].reshape(-1, 4_000).mean(1)))
    quiet_db = float(rng.uniform(10.0, 45.0)) if rng.random() < recipe.quiet_share else 0.0
    coughs = int(rng.choice(5, p=_COUGH_COUNTS)) if recipe.coughs else 0
    plan = [True] * coughs + [False] * int(rng.choice(5, p=_OTHER_COUNTS))
    rng.shuffle(plan)
    mixed = bed.copy()
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
