"""What annotations of a recording say of the events that were heard in it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeAlias

from ...config.errors import InputError
from ...detectors.evaluation.annotations.checking import all_outside, check
from ...detectors.evaluation.annotations.rows import Notice
from ...detectors.evaluation.scoring.matching import near
from ...detectors.evaluation.scoring.outcome import tell_apart
from ...detectors.evaluation.sounds import COUGH, Sound, Truth
from ...detectors.ports import LABELS
from ...storage.history import History
from ...storage.records import label_said
from ..identity import FileIdentity
from ..sources.sound_file import SoundFile
from .gathering import Gathered, gather
from .kept_sound import SourceFile

Verdict: TypeAlias = Literal["confirm", "reject", "relabel"]


@dataclass(frozen=True, slots=True)
class HeardEvent:
    """An event in seconds from its recording's beginning."""

    event_id: str
    onset_s: float
    offset_s: float


@dataclass(frozen=True, slots=True)
class Said:
    """A person's word on one event."""

    event_id: str
    verdict: Verdict
    label: str | None
    """Of `relabel`."""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """What the annotations of one source's recording say."""

    source_id: str
    said: tuple[Said, ...]
    left_alone: int
    """Events of which the annotations do not say what they were."""
    unheard: int
    """Sure coughs that set nothing off: no review can count them."""
    said_before: int = 0
    """Events of which the same person said the same last."""


def review_recordings(
    files: Sequence[SourceFile], annotations: Sequence[Path], history: History
) -> tuple[list[Reviewed], list[Notice]]:
    """Hold annotations against the events of every annotated file that was heard.

    Raises InputError where no file is annotated, UsageError and StorageError as `History`.
    """
    gathered = gather([file.path for file in files], annotations)
    notices = [*gathered.notices]
    reviewed = []
    for file in files:
        if file.path in gathered.annotated:
            one, found = _review(file, gathered, history)
            notices += found
            reviewed += [] if one is None else [one]
    return reviewed, notices


def without_repeats(reviewed: Reviewed, history: History, reviewer: str, note: str) -> Reviewed:
    """Leave out each word that is this person's latest on its event, with the same note."""
    last = {
        word.event_id: (word.verdict, word.label, word.reviewer, word.note)
        for word in history.reviews(source_ids=[reviewed.source_id])
    }
    said = tuple(
        one
        for one in reviewed.said
        if last.get(one.event_id)
        != (one.verdict, label_said(one.verdict, one.label), reviewer, note)
    )
    return replace(reviewed, said=said, said_before=len(reviewed.said) - len(said))


def _review(
    file: SourceFile, gathered: Gathered, history: History
) -> tuple[Reviewed | None, list[Notice]]:
    try:
        with closing(SoundFile(file.path)) as sound:
            stretch_id = FileIdentity(sound.content_sha256, file.source_id).stretch_id(0)
            rate_hz, duration_s = sound.sample_rate_hz, sound.claimed_frames / sound.sample_rate_hz
    except InputError as exc:
        return None, [Notice.at(file.path, None, f"{exc} So it is left out.")]
    events = _events_of(file.source_id, stretch_id, rate_hz, history)
    if not events:
        return None, [
            Notice.at(
                file.path,
                None,
                f"source '{file.source_id}' has no event of this recording as it is now; let "
                "`coughd run` hear it first.",
            )
        ]
    annotated = gathered.annotated[file.path]
    unknown = all_outside(file.source_id, duration_s, annotated)
    if unknown is not None:
        return None, [unknown]
    truth, notices = check(file.source_id, duration_s, annotated)
    return review(truth, events), notices


def _events_of(source_id: str, stretch_id: str, rate_hz: int, history: History) -> list[HeardEvent]:
    if source_id not in {source.source_id for source in history.sources()}:
        return []
    return [
        HeardEvent(event.event_id, event.onset_sample / rate_hz, event.offset_sample / rate_hz)
        for event in history.events(source_ids=[source_id], counted_only=False)
        if event.stretch_id == stretch_id
    ]


def review(truth: Truth, events: Sequence[HeardEvent]) -> Reviewed:
    """Say of each event what it was, counted or not.

    One that pairs with a sure cough is confirmed, one that lies on or near no cough is no cough.
    Nothing is said of what lies near a cough that another event has: its window holds that cough.
    """
    sides = tell_apart(truth, events)
    said = [Said(events[event].event_id, "confirm", None) for _, event in sides.pairs]
    coughs = [*truth.coughs, *(sound for sound in truth.sounds if sound.label == COUGH)]
    said += [
        _no_cough(event, truth.sounds)
        for event in (events[index] for index in sides.wrong)
        if not any(near(cough, event) for cough in coughs)
    ]
    return Reviewed(truth.name, tuple(said), len(events) - len(said), len(sides.missed))


def _no_cough(event: HeardEvent, sounds: Sequence[Sound]) -> Said:
    """By the label of the annotated sound that begins nearest, if probes know it."""
    there = [sound for sound in sounds if near(sound, event)]
    if not there:
        return Said(event.event_id, "reject", None)
    nearest = min(there, key=lambda sound: abs(sound.onset_s - event.onset_s))
    if nearest.label not in LABELS:
        return Said(event.event_id, "relabel", "other")
    return Said(event.event_id, "relabel", nearest.label)
