"""From a store with reviews to labelled embeddings."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ...config.errors import InputError
from ...detectors.fitting.examples import Examples
from ...detectors.hear.waited_for import in_batches
from ...detectors.ports import (
    LABELS,
    Context,
    EmbedderIdentity,
    Probe,
)
from ...storage.material import Material
from ...storage.reading.labelled_reading import StoredEmbedding
from .neighbourhood import REACH_US, Neighbourhood
from .stored_embeddings import Choice, choose, group_of, heard_twice, one_each

SURE = 0.95
"""A teacher's probability, of a cough or of another sound, from which it is believed."""
MOST_UNREVIEWED = 10_000
"""A teacher is asked about no more events: a year's would not fit into memory."""
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Teacher:
    """A probe whose confident word stands for a person's where nobody said anything."""

    probe: Probe
    embedder: EmbedderIdentity


@dataclass(frozen=True, slots=True)
class FromStore:
    """What became of a store's events."""

    examples: Examples
    one_in: int
    """Of the events that nobody reviewed the teacher was asked about one in so many."""
    mixed: bool
    """Whether embeddings of several runs of the same weights met."""


def read_examples(material: Material, choice: Choice, teacher: Teacher | None) -> FromStore:
    """Read reviewed events with their embeddings; a group is one source from noon to noon.

    With a teacher also what it is sure of among the others, `MOST_UNREVIEWED` at most, evenly over
    time.

    Raises InputError where there is nothing to fit to, or where embeddings of different embedders
    would meet; UsageError for an embedder that the store does not know.
    """
    chosen = choose(material.embedders(choice.kind), choice)
    one_in = math.ceil(sum(one.embeddings for one in chosen) / MOST_UNREVIEWED)
    stored = material.embeddings([one.model_id for one in chosen], reviewed_only=teacher is None)
    rows = one_each(_thinned(stored, one_in))
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
    examples = Examples(
        embedder=chosen[-1].identity,
        embeddings=np.stack([row.vector for row, _ in known]),
        labels=np.array([_number(label) for _, label in known], dtype=np.intp),
        groups=tuple(group_of(row) for row, _ in known),
        taught=np.array([row.said is None for row, _ in known]),
        contexts=tuple(contexts[row.event_id] for row, _ in known),
        heard_twice=tuple(heard_twice([row for row, _ in known])),
    )
    return FromStore(examples, one_in, mixed=len({row.model_id for row, _ in known}) > 1)


def _thinned(rows: Iterable[StoredEmbedding], one_in: int) -> Iterator[StoredEmbedding]:
    """Every reviewed event and one in so many of the others, each with all its rows."""
    number, event_id = -1, None
    for row in rows:
        if row.event_id != event_id:
            number, event_id = number + 1, row.event_id
        if row.said is not None or number % one_in == 0:
            yield row


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


def _number(label: str) -> int:
    return LABELS.index(label) if label in LABELS else LABELS.index("other")
