"""Short ways to say what was annotated and what a detector claimed."""

from __future__ import annotations

from typing import Any

from coughd.detectors.evaluation.sounds import Backdrop, Claim, Heard, Sound, Truth

LENGTH_S = 0.3


def cough(onset_s: float, length_s: float = LENGTH_S, **more: Any) -> Sound:
    return Sound(onset_s, onset_s + length_s, **more)


def sound(onset_s: float, label: str, length_s: float = LENGTH_S, **more: Any) -> Sound:
    return Sound(onset_s, onset_s + length_s, label, **more)


def claim(
    onset_s: float,
    probability: float | None = 0.9,
    *,
    counted: bool | None = None,
    too_quiet: bool = False,
    **scores: float,
) -> Claim:
    """Counted from 0.5 up, unless too quiet or said otherwise."""
    likely = probability is not None and probability >= 0.5 and not too_quiet
    return Claim(
        onset_s=onset_s,
        offset_s=onset_s + LENGTH_S,
        counted=likely if counted is None else counted,
        probability=probability,
        gate_score=0.7,
        scores={} if probability is None else {"cough": probability, **(scores or {"other": 0.1})},
        too_quiet=too_quiet,
    )


def truth(
    *coughs: Sound,
    name: str = "a.flac",
    duration_s: float = 60.0,
    sounds: tuple[Sound, ...] = (),
    backdrops: tuple[Backdrop, ...] = (),
    subject: str | None = None,
) -> Truth:
    return Truth(name, duration_s, coughs, sounds, backdrops, subject)


def heard(recording: Truth, *claims: Claim) -> Heard:
    return Heard(recording, claims)


def marked(recording: Truth, *claims: Claim) -> Heard:
    """What somebody else counted."""
    return Heard(recording, claims, by_marks=True)


def mark(onset_s: float, probability: float | None = None) -> Claim:
    offset_s = onset_s + LENGTH_S
    return Claim(
        onset_s, offset_s, counted=True, probability=probability, gate_score=None, scores={}
    )
