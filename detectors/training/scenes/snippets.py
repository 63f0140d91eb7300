"""Single sounds cut out of clips (or synthesised), with what they are and where they begin."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator

from ....detectors import synthesis
from ...ports import SAMPLE_RATE_HZ, Samples
from ..clips.bank import LABEL_OF, Bank, Sound
from ..clips.pack import Span
from .augment import change_speed, fade
from .mockups import mock_breath, mock_hem, mock_laugh, mock_throat_clear

SYNTHETIC_SHARE = 0.05
MOCKUP_SHARE = 0.25
_KIND_WEIGHTS = {
    "throat_clear": 5.0,
    "laugh": 4.0,
    "sneeze": 3.0,
    "breathe": 1.5,
    "snore": 1.5,
    "door": 1.5,
    "household": 5.0,
    "animal": 2.0,
    "baby_cry": 1.0,
    "other_vocal": 2.0,
}
_SPEECH_WEIGHT = 2.5
_BEFORE_S = 0.08
_AFTER_S = 0.12
_LONGEST_S = 5.0
_LONG_ENOUGH_S = 0.25
"""A cough this long has something left after its burst."""


@dataclass(frozen=True, slots=True)
class Snippet:
    """A short sound to be placed in a scene."""

    samples: Samples
    spans: tuple[Span, ...]
    """Single coughs, or bursts of another sound."""
    label: str
    native_rate_hz: int


def cough_snippet(bank: Bank, rng: Generator) -> Snippet:
    """One cough, a bout put together from one person's coughs, or a clip as it is."""
    if rng.random() < SYNTHETIC_SHARE:
        return _synthetic_coughs(rng)
    sound = bank.coughs[int(rng.integers(len(bank.coughs)))]
    choice = rng.random()
    if choice < 0.45:
        samples, spans = _single(sound, int(rng.choice(sound.strong)), _BEFORE_S, _AFTER_S)
    elif choice < 0.65:
        samples, spans = _bout(sound, rng)
    else:
        samples, spans = _whole(sound)
    if rng.random() < 0.7:
        samples, spans = change_speed(samples, spans, rng, 0.8, 1.25)
    return Snippet(samples, tuple(spans), "cough", sound.native_rate_hz)


def other_snippet(bank: Bank, rng: Generator) -> Snippet:
    """A sound that is no cough."""
    if rng.random() < SYNTHETIC_SHARE:
        kinds = [kind for kind in sorted(synthesis.SOUNDS) if kind != "cough"]
        kind = kinds[int(rng.integers(len(kinds)))]
        made = synthesis.synth_sound(kind, rng)
        return _whole_span(made, LABEL_OF.get(kind, "other"))
    if rng.random() < MOCKUP_SHARE:
        return _mockup(bank, rng)
    kinds = [*bank.negatives, "speech"]
    weights = np.array([_KIND_WEIGHTS.get(kind, _SPEECH_WEIGHT) for kind in kinds])
    kind = kinds[int(rng.choice(len(kinds), p=weights / weights.sum()))]
    pool = bank.speech if kind == "speech" else bank.negatives[kind]
    sound = pool[int(rng.integers(len(pool)))]
    if not sound.spans:
        length = int(rng.uniform(0.3, 2.0) * SAMPLE_RATE_HZ)
        start = int(rng.integers(0, max(1, sound.samples.size - length)))
        return _whole_span(fade(sound.samples[start : start + length]), "speech")
    samples, spans = _burst(sound, rng)
    if rng.random() < 0.8:
        samples, spans = change_speed(samples, spans, rng, 0.7, 1.4)
    return Snippet(samples, tuple(spans), LABEL_OF.get(kind, "other"), sound.native_rate_hz)


def _mockup(bank: Bank, rng: Generator) -> Snippet:
    speech = bank.speech[int(rng.integers(len(bank.speech)))].samples
    choice = rng.random()
    if choice < 0.37:
        return _whole_span(mock_laugh(speech, rng), "laugh")
    if choice < 0.72:
        return _whole_span(mock_throat_clear(speech, rng), "throat_clear")
    if choice < 0.85:
        sound = bank.coughs[int(rng.integers(len(bank.coughs)))]
        cough, (span,) = _single(sound, int(rng.choice(sound.strong)), 0.0, 0.1)
        if span.end_s - span.start_s > _LONG_ENOUGH_S:
            return _whole_span(mock_hem(cough, rng), "throat_clear")
    return _whole_span(mock_breath(speech, rng), "breathe")


def _whole_span(samples: Samples, label: str) -> Snippet:
    whole = Span(0.0, samples.size / SAMPLE_RATE_HZ)
    return Snippet(samples, (whole,), label, SAMPLE_RATE_HZ)


def _synthetic_coughs(rng: Generator) -> Snippet:
    made: list[tuple[Samples, Span]] = []
    bare = rng.random() < 0.3
    for _ in range(int(rng.choice([2, 3, 4] if bare else [1, 1, 2, 3, 4]))):
        tail_s = float(rng.uniform(0.1, 0.6)) if rng.random() < 0.3 else None
        cough = synthesis.synth_cough(rng, voiced_tail_s=tail_s, explosive_only=bare)
        made.append((cough, Span(0.0, cough.size / SAMPLE_RATE_HZ)))
    samples, spans = _chain(made, rng)
    return Snippet(samples, tuple(spans), "cough", SAMPLE_RATE_HZ)


def _single(
    sound: Sound, index: int, before_s: float, after_s: float
) -> tuple[Samples, list[Span]]:
    span = sound.spans[index]
    low_s = max(0.0, span.start_s - before_s)
    high_s = min(sound.duration_s, span.end_s + after_s)
    if index > 0:
        low_s = max(low_s, (sound.spans[index - 1].end_s + span.start_s) / 2.0)
    if index + 1 < len(sound.spans):
        high_s = min(high_s, (sound.spans[index + 1].start_s + span.end_s) / 2.0)
    return _cut(sound, low_s, high_s), [_moved(span, -low_s)]


def _moved(span: Span, by_s: float) -> Span:
    return replace(span, start_s=span.start_s + by_s, end_s=span.end_s + by_s)


def _cut(sound: Sound, low_s: float, high_s: float) -> Samples:
    return fade(sound.samples[int(low_s * SAMPLE_RATE_HZ) : int(high_s * SAMPLE_RATE_HZ)], 120)


def _bout(sound: Sound, rng: Generator) -> tuple[Samples, list[Span]]:
    made = []
    for _ in range(int(rng.integers(2, 6))):
        samples, spans = _single(sound, int(rng.choice(sound.strong)), 0.03, 0.1)
        made.append((samples * np.float32(10.0 ** (rng.uniform(-8.0, 0.0) / 20.0)), spans[0]))
    return _chain(made, rng)


def _chain(made: list[tuple[Samples, Span]], rng: Generator) -> tuple[Samples, list[Span]]:
    """Lay coughs one after the other, their onsets 0.25 s or more apart."""
    gap_s = rng.uniform(0.02, 0.6)
    samples = np.zeros(0, dtype=np.float32)
    spans: list[Span] = []
    for cough, span in made:
        start_s = 0.0
        if spans:
            pause_s = gap_s * rng.uniform(0.8, 1.25)
            onset_s = max(spans[-1].start_s + 0.25, spans[-1].end_s + pause_s)
            if rng.random() < 0.25:  # cut off by the next cough, as on one breath
                onset_s = spans[-1].start_s + rng.uniform(0.25, 0.45)
            start_s = max(0.0, onset_s - span.start_s)
            begins_s = start_s + span.start_s
            spans[-1] = replace(spans[-1], end_s=min(spans[-1].end_s, begins_s))
            samples[int(begins_s * SAMPLE_RATE_HZ) :] *= np.float32(0.1)
        start = int(start_s * SAMPLE_RATE_HZ)
        samples = np.pad(samples, (0, max(0, start + cough.size - samples.size)))
        samples[start : start + cough.size] += cough
        spans.append(_moved(span, start_s))
    return samples, spans


def _whole(sound: Sound) -> tuple[Samples, list[Span]]:
    low_s = max(0.0, sound.spans[0].start_s - _BEFORE_S)
    high_s = min(sound.duration_s, sound.spans[-1].end_s + _AFTER_S, low_s + _LONGEST_S)
    inside = [span for span in sound.spans if span.start_s < high_s - 0.05]
    return _cut(sound, low_s, high_s), [
        _moved(replace(span, end_s=min(span.end_s, high_s)), -low_s) for span in inside
    ]


def _burst(sound: Sound, rng: Generator) -> tuple[Samples, list[Span]]:
    first = sound.spans[int(rng.integers(len(sound.spans)))]
    low_s = max(0.0, first.start_s - _BEFORE_S)
    high_s = min(sound.duration_s, low_s + rng.uniform(0.3, 4.0))
    if rng.random() < 0.6:
        high_s = min(high_s, first.end_s + _AFTER_S)
    high_s = max(high_s, min(sound.duration_s, low_s + 0.25))
    inside = [
        Span(span.start_s - low_s, min(span.end_s, high_s) - low_s)
        for span in sound.spans
        if low_s - 0.01 <= span.start_s < high_s - 0.05
    ]
    return _cut(sound, low_s, high_s), inside or [Span(0.0, high_s - low_s)]
