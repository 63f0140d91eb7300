"""The mistakes that are worth looking at: the surest false alarms, the plainest misses. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..sounds import Claim, Heard, Sound
from .outcome import Outcome

MOST_CASES = 12
"""Of each kind."""
BEFORE_S, AFTER_S = 1.0, 1.5


@dataclass(frozen=True, slots=True)
class Case:
    """One mistake and its surroundings."""

    kind: str
    """`false alarm` or `miss`."""
    file: str
    at_s: float
    start_s: float
    end_s: float
    caption: str
    sounds: tuple[Sound, ...]
    """What is annotated between start and end."""
    claims: tuple[Claim, ...]
    """What the detector said between start and end, counted or not."""


def worst_cases(recordings: Sequence[Heard], outcomes: Sequence[Outcome]) -> list[Case]:
    """False alarms by falling probability, then misses by falling SNR."""
    alarms = [
        (-_or_least(alarm.claim.probability), heard, alarm)
        for heard, outcome in zip(recordings, outcomes, strict=True)
        for alarm in outcome.false_alarms
    ]
    misses = [
        (-_or_least(miss.cough.snr_db), heard, miss)
        for heard, outcome in zip(recordings, outcomes, strict=True)
        for miss in outcome.misses
    ]
    cases = []
    for _, heard, alarm in sorted(alarms, key=lambda row: row[0])[:MOST_CASES]:
        said = _probability(alarm.claim)
        other = alarm.claim.likeliest_other
        caption = f"{alarm.label}; {said}, if no cough then {other}".replace("_", " ")
        cases.append(_case("false alarm", heard, alarm.claim.onset_s, caption))
    for _, heard, miss in sorted(misses, key=lambda row: row[0])[:MOST_CASES]:
        snr = "" if miss.cough.snr_db is None else f"{miss.cough.snr_db:g} dB; "
        said = "no trigger of its own" if miss.refused is None else _probability(miss.refused)
        cases.append(
            _case("miss", heard, miss.cough.onset_s, f"{snr}lost at: {miss.stage}; {said}")
        )
    return cases


def _or_least(number: float | None) -> float:
    return -math.inf if number is None else number


def _probability(claim: Claim) -> str:
    if claim.probability is None:
        return "marked" if claim.gate_score is None else f"gate alone, {claim.gate_score:.2f}"
    return f"P(cough) {claim.probability:.2f}"


def _case(kind: str, heard: Heard, at_s: float, caption: str) -> Case:
    truth = heard.truth
    start_s = max(0.0, at_s - BEFORE_S)
    end_s = min(truth.duration_s, at_s + AFTER_S)
    return Case(
        kind=kind,
        file=truth.name,
        at_s=at_s,
        start_s=start_s,
        end_s=end_s,
        caption=caption,
        sounds=tuple(_within((*truth.coughs, *truth.others), start_s, end_s)),
        claims=tuple(claim for claim in heard.claims if start_s <= claim.onset_s < end_s),
    )


def _within(sounds: Iterable[Sound], start_s: float, end_s: float) -> Iterable[Sound]:
    return (sound for sound in sounds if sound.onset_s < end_s and sound.offset_s >= start_s)
