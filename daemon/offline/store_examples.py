"""From a store with reviews to labelled embeddings."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np

from ...config.errors import InputError, UsageError
from ...detectors.fitting.examples import Examples, check_same_embedder, describe
from ...detectors.hear.waited_for import in_batches
from ...detectors.ports import (
    LABELS,
    MIN_COUGH_SPACING_SAMPLES,
    SAMPLE_RATE_HZ,
    Context,
    EmbedderIdentity,
    Probe,
)
from ...storage.material import Material
from ...storage.reading.labelled_reading import KnownEmbedder, StoredEmbedding
from ...storage.reading.local_time import evening_of, from_us
from .neighbourhood import REACH_US, Neighbourhood

SURE = 0.95
"""A teacher's probability, of a cough or of another sound, from which it is believed."""
_AT_ONCE = 500
_AT_ONCE_US = MIN_COUGH_SPACING_SAMPLES * 1_000_000 // SAMPLE_RATE_HZ
"""Onsets nearer than this are of one cough."""


@dataclass(frozen=True, slots=True)
class Teacher:
    """A probe whose confident word stands for a person's where nobody said anything."""

    probe: Probe
    embedder: EmbedderIdentity


@dataclass(frozen=True, slots=True)
class Choice:
    """Which of the embedders that a store knows is meant."""

    kind: str
    model_id: int | None
    mix: bool
    """Take all runs of the same weights."""


def read_examples(material: Material, choice: Choice, teacher: Teacher | None) -> Examples:
    """Read reviewed events with their embeddings; a group is one source from noon to noon.

    Raises InputError where there is nothing to fit to, or where embeddings of different embedders
    would meet; UsageError for an embedder that the store does not know.
    """
    chosen = _choose(material.embedders(choice.kind), choice)
    rows = _one_each(
        material.embeddings([one.model_id for one in chosen], reviewed_only=teacher is None)
    )
    contexts = _contexts(material, rows)
    rows = [row for row in rows if row.event_id in contexts]  # purged meanwhile
    taught = {} if teacher is None else _taught(material, teacher, rows, contexts)
    said = [(row, row.said or taught.get(row.event_id)) for row in rows]
    known = [(row, label) for row, label in said if label is not None]
    if not known:
        raise InputError(
            "The store holds no reviewed event with an embedding; say what events were with "
            "`coughd label`, or train on labelled clips."
        )
    return Examples(
        embedder=chosen[-1].identity,
        embeddings=np.stack([row.vector for row, _ in known]),
        labels=np.array([_number(label) for _, label in known], dtype=np.intp),
        groups=tuple(_group(row) for row, _ in known),
        taught=np.array([row.said is None for row, _ in known]),
        contexts=tuple(contexts[row.event_id] for row, _ in known),
        heard_twice=tuple(_heard_twice([row for row, _ in known])),
    )


def _choose(known: Sequence[KnownEmbedder], choice: Choice) -> Sequence[KnownEmbedder]:
    if not known:
        raise InputError(f"The store holds no embeddings of kind {choice.kind!r}.")
    listed = "; ".join(
        f"{one.model_id}: {describe(one.identity)}, {one.embeddings} events" for one in known
    )
    if choice.model_id is not None:
        found = [one for one in known if one.model_id == choice.model_id]
        if not found:
            raise UsageError(f"The store has no embedder {choice.model_id}; it has {listed}.")
        return found
    if choice.mix and len({one.identity.sha256 for one in known}) == 1:
        return known
    try:
        check_same_embedder([one.identity for one in known])
    except InputError as exc:
        raise InputError(f"{exc} By --embedder NUMBER: {listed}.") from exc
    return known


def _one_each(rows: Iterable[StoredEmbedding]) -> list[StoredEmbedding]:
    """Of an event that was embedded by several runs, the latest."""
    return list({row.event_id: row for row in rows}.values())


def _contexts(material: Material, rows: Sequence[StoredEmbedding]) -> Mapping[str, Context]:
    """What each event was heard beside, those before it as they are judged by now."""
    contexts = {}
    for some in (rows[one] for one in in_batches(len(rows), _AT_ONCE)):
        wanted = {row.event_id for row in some}
        places = material.places_before((row.onset_us for row in some), REACH_US)
        neighbours = Neighbourhood(places)
        for place in places:
            if place.event_id in wanted:
                contexts[place.event_id] = neighbours.context(place)
    return contexts


def _taught(
    material: Material,
    teacher: Teacher,
    wanted: Sequence[StoredEmbedding],
    contexts: Mapping[str, Context],
) -> Mapping[str, str]:
    """What the teacher is sure of among these events."""
    its = [
        one.model_id
        for one in material.embedders(teacher.embedder.kind)
        if one.identity.sha256 == teacher.embedder.sha256
    ]
    asked = {row.event_id for row in wanted if row.said is None}
    labels = {}
    for row in material.embeddings(its, reviewed_only=False):
        if row.event_id in asked:
            verdict = teacher.probe.judge(row.vector, contexts[row.event_id])
            if max(verdict.probability, 1.0 - verdict.probability) >= SURE:
                labels[row.event_id] = verdict.label
    return labels


def _heard_twice(rows: Sequence[StoredEmbedding]) -> Iterator[tuple[int, int]]:
    """Pairs that two microphones heard at once; the time of a file may be that of its hearing."""
    heard = [row for row in range(len(rows)) if rows[row].source_kind == "microphone"]
    heard.sort(key=lambda row: rows[row].onset_us)
    for at, one in enumerate(heard):
        for other in heard[at + 1 :]:
            if rows[other].onset_us - rows[one].onset_us >= _AT_ONCE_US:
                break
            if rows[other].source_id != rows[one].source_id:
                yield one, other


def _group(row: StoredEmbedding) -> str:
    """Whoever coughs before midnight does so after it: a night is one group."""
    evening = evening_of(from_us(row.onset_us, ZoneInfo(row.timezone)))
    return f"{row.source_id} from noon of {evening}"


def _number(label: str) -> int:
    return LABELS.index(label) if label in LABELS else LABELS.index("other")
