"""What became of each cough and of each claim: found, missed and where, wrong and why. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ..sounds import COUGH, Claim, Heard, Sound, Truth
from .matching import Interval, match, near

STAGES = ("gate", "merge", "level", "probe", "edge")
"""Where a missed cough was lost; docs/evaluation.md says what each means."""
STAGES_OF_MARKS = ("merge", "threshold", "unmarked")
"""The same, where somebody else counted."""
_LASTING = "speech"
NOTHING_MARKED = "background"
BESIDE_A_COUGH = "beside_a_cough"


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts, from which every ratio follows."""

    hits: int
    misses: int
    false_alarms: int
    duration_s: float


@dataclass(frozen=True, slots=True)
class Hit:
    """A sure cough and the claim that found it."""

    cough: Sound
    claim: Claim

    @property
    def onset_error_s(self) -> float:
        """Positive where the claim is late."""
        return self.claim.onset_s - self.cough.onset_s


@dataclass(frozen=True, slots=True)
class Miss:
    """A sure cough that nobody counted."""

    cough: Sound
    stage: str
    """One of `STAGES`, or of `STAGES_OF_MARKS`."""
    refused: Claim | None
    """The trigger that was not counted, for the stages `level`, `probe`, `edge`, `threshold`."""


@dataclass(frozen=True, slots=True)
class FalseAlarm:
    """A counted claim that is no annotated cough."""

    claim: Claim
    label: str
    """Of the annotated sound there: `cough` on a cough that another claim has, `beside_a_cough`
    where it only lies near one, `background` where nothing was annotated."""
    sound: Sound | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """One recording, counted."""

    truth: Truth
    hits: tuple[Hit, ...]
    misses: tuple[Miss, ...]
    false_alarms: tuple[FalseAlarm, ...]
    undecided: tuple[Claim, ...]
    """Counted claims on what may have been coughs; they count neither way."""

    @property
    def tally(self) -> Tally:
        """The counts."""
        return Tally(
            len(self.hits), len(self.misses), len(self.false_alarms), self.truth.duration_s
        )


@dataclass(frozen=True, slots=True)
class Sides:
    """References and claims, told apart by the matching alone."""

    pairs: tuple[tuple[int, int], ...]
    """Indices of a sure cough and its claim."""
    missed: tuple[int, ...]
    """Indices of sure coughs."""
    wrong: tuple[int, ...]
    """Indices of claims."""
    undecided: tuple[int, ...]
    """Indices of claims that lie only on what nobody is sure of."""


def tell_apart(truth: Truth, claims: Sequence[Interval]) -> Sides:
    """Match one to one; what touches only what nobody is sure of counts neither way."""
    coughs = truth.coughs
    matched = match(coughs, claims)
    pairs = [
        (index, claim)
        for index, claim in enumerate(matched)
        if claim is not None and coughs[index].sure
    ]
    taken = {claim for claim in matched if claim is not None}
    undecided = taken - {claim for _, claim in pairs}
    unsure = [*(cough for cough in coughs if not cough.sure), *truth.unknown]
    sure = truth.sure
    for index in set(range(len(claims))) - taken:
        if _touches(claims[index], unsure) and not _touches(claims[index], sure):
            undecided.add(index)
    return Sides(
        pairs=tuple(pairs),
        missed=tuple(
            index for index, cough in enumerate(coughs) if cough.sure and matched[index] is None
        ),
        wrong=tuple(sorted(set(range(len(claims))) - taken - undecided)),
        undecided=tuple(sorted(undecided)),
    )


def _touches(claim: Interval, coughs: Sequence[Sound]) -> bool:
    return any(near(cough, claim) for cough in coughs)


def tally(truth: Truth, claims: Sequence[Interval]) -> Tally:
    """Count any claims, such as the references themselves."""
    sides = tell_apart(truth, claims)
    return Tally(len(sides.pairs), len(sides.missed), len(sides.wrong), truth.duration_s)


def examine(heard: Heard) -> Outcome:
    """Count one recording, and say of each mistake what it was."""
    truth = heard.truth
    counted = heard.counted
    sides = tell_apart(truth, counted)
    return Outcome(
        truth=truth,
        hits=tuple(Hit(truth.coughs[cough], counted[claim]) for cough, claim in sides.pairs),
        misses=tuple(_misses([truth.coughs[cough] for cough in sides.missed], heard)),
        false_alarms=tuple(_false_alarm(truth, counted[claim]) for claim in sides.wrong),
        undecided=tuple(counted[claim] for claim in sides.undecided),
    )


def _misses(missed: Sequence[Sound], heard: Heard) -> Iterable[Miss]:
    claims = heard.claims
    refused = [claim for claim in claims if not claim.counted]
    for cough, index in zip(missed, match(missed, refused), strict=True):
        if index is not None:
            claim = refused[index]
            yield Miss(cough, "threshold" if heard.by_marks else _refused_by(claim), claim)
        elif any(near(cough, claim) for claim in claims):
            yield Miss(cough, "merge", None)
        else:
            yield Miss(cough, "unmarked" if heard.by_marks else "gate", None)


def _refused_by(claim: Claim) -> str:
    if claim.too_quiet:
        return "level"
    return "edge" if claim.probability is None else "probe"


def _false_alarm(truth: Truth, claim: Claim) -> FalseAlarm:
    candidates = [sound for sound in (*truth.sounds, *truth.coughs) if near(sound, claim)]
    if not candidates:
        return FalseAlarm(claim, NOTHING_MARKED, None)

    def farness(sound: Sound) -> tuple[bool, bool, float]:
        return _apart(sound, claim), sound.label == _LASTING, abs(claim.onset_s - sound.onset_s)

    nearest = min(candidates, key=farness)
    beside = nearest.label == COUGH and all(_apart(cough, claim) for cough in truth.coughs)
    return FalseAlarm(claim, BESIDE_A_COUGH if beside else nearest.label, nearest)


def _apart(sound: Sound, claim: Claim) -> bool:
    return claim.onset_s >= sound.offset_s or claim.offset_s <= sound.onset_s
