"""What is compared: annotated sounds on one side, judged triggers on the other.

Times are seconds from the beginning of the recording.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

COUGH = "cough"
NO_BACKGROUND = "none"
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Sound:
    """One annotated sound; one explosive sound where it is a cough to be counted."""

    onset_s: float
    offset_s: float
    """Not before the onset; equal to it where only a point was marked."""
    label: str = COUGH
    sure: bool = True
    """False: its annotator could not tell, so it counts neither way."""
    snr_db: float | None = None
    subject: str | None = None
    """Who coughed, or the clip that it came from; coughs of one subject resemble each other."""
    source: str = UNKNOWN
    """Where the sound was taken from: a data set, a device."""


@dataclass(frozen=True, slots=True)
class Claim:
    """One judged trigger, counted or not; or what somebody else counted."""

    onset_s: float
    offset_s: float
    counted: bool
    probability: float | None
    """P(cough) of the probe, or of who claims it; None where the window was incomplete and the gate
    alone decided, and where nobody said."""
    gate_score: float | None
    """None where no gate of ours was asked."""
    scores: Mapping[str, float]
    """P of each label; empty where the gate alone decided, and where nobody said."""
    too_quiet: bool = False
    """Whether the configuration counts nothing of its level, at any threshold."""

    @property
    def likeliest_other(self) -> str:
        """What it probably was if it was no cough."""
        others = {label: p for label, p in self.scores.items() if label != COUGH}
        return max(others, key=lambda label: others[label]) if others else UNKNOWN

    def counts_at(self, threshold: float) -> bool:
        """Whether it would be counted at another threshold; the gate's own stays as it is."""
        if self.too_quiet or self.probability is None:
            return self.counted
        return self.probability >= threshold


@dataclass(frozen=True, slots=True)
class Backdrop:
    """What a recording sounded like behind everything, for some time."""

    start_s: float
    end_s: float
    name: str


@dataclass(frozen=True, slots=True)
class Truth:
    """Everything annotated about one recording, checked against its length."""

    name: str
    duration_s: float
    coughs: tuple[Sound, ...]
    """The references, in order of onset."""
    sounds: tuple[Sound, ...] = ()
    """Everything else that was marked; says what false alarms were, except where it is labelled
    `UNKNOWN`: that may have been a cough."""
    backdrops: tuple[Backdrop, ...] = ()
    subject: str | None = None
    """Whose recording it is, where it is one person's."""

    @property
    def sure(self) -> tuple[Sound, ...]:
        """The references that count."""
        return tuple(cough for cough in self.coughs if cough.sure)

    @property
    def others(self) -> tuple[Sound, ...]:
        """What was marked besides coughs.

        A bout beside a table of its single coughs is marked twice, and so is not among these.
        """
        return tuple(sound for sound in self.sounds if sound.label != COUGH)

    @property
    def unknown(self) -> tuple[Sound, ...]:
        """The sounds of which nobody knows whether they are coughs."""
        return tuple(sound for sound in self.sounds if sound.label == UNKNOWN)

    def background(self, time_s: float) -> str:
        """The backdrop at a moment."""
        for backdrop in self.backdrops:
            if backdrop.start_s <= time_s < backdrop.end_s:
                return backdrop.name
        return NO_BACKGROUND


@dataclass(frozen=True, slots=True)
class Heard:
    """One recording with what a detector made of it."""

    truth: Truth
    claims: tuple[Claim, ...]
    """Every judged trigger, in order of onset."""
    silent_s: float = 0.0
    """How much of it was digital silence, in which there is nothing to hear."""
    by_marks: bool = False
    """Whether the claims are what somebody else counted, and no gate and no probe made them."""

    @property
    def counted(self) -> tuple[Claim, ...]:
        """The claims that the detector counts as coughs."""
        return tuple(claim for claim in self.claims if claim.counted)
