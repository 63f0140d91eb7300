"""From answers about stored events to examples: the sound is gone, its embeddings are there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...config.errors import InputError
from ...detectors.fitting.examples import Examples
from ...detectors.fitting.question import answered
from ...storage.material import Material
from .answer_table import AnsweredEvent, AnswerTable
from .stored_embeddings import Choice, choose, group_of, heard_twice, one_each


@dataclass(frozen=True, slots=True)
class FromEvents:
    """What became of a table."""

    examples: Examples
    unknown: tuple[AnsweredEvent, ...]
    """Of these the store has no embedding of that embedder, or no event."""
    mixed: bool
    """Whether embeddings of several runs of the same weights met."""


def read_answered(
    material: Material, choice: Choice, table: AnswerTable, question: str
) -> FromEvents:
    """Read the embeddings of the answered events.

    A group is whose cough it was, or where nobody says, one source from noon to noon. Raises
    InputError where there is nothing to fit to, or where embeddings of different embedders would
    meet; UsageError for an embedder that the store does not know.
    """
    chosen = choose(material.embedders(choice.kind), choice)
    said = {event.event_id: event for event in table.events}
    stored = material.embeddings([one.model_id for one in chosen], reviewed_only=False)
    rows = one_each(row for row in stored if row.event_id in said)
    if not rows:
        raise InputError(
            f"{table.file}: of none of its events the store holds an embedding of "
            f"{chosen[-1].identity.name}."
        )
    known = {row.event_id for row in rows}
    examples = Examples(
        embedder=chosen[-1].identity,
        embeddings=np.stack([row.vector for row in rows]),
        labels=np.zeros(len(rows), dtype=np.intp),
        groups=tuple(said[row.event_id].group or group_of(row) for row in rows),
        taught=np.zeros(len(rows), dtype=np.bool_),
        heard_twice=tuple(heard_twice(rows)),
    )
    yes = np.array([said[row.event_id].yes for row in rows])
    unknown = tuple(event for event in said.values() if event.event_id not in known)
    mixed = len({row.model_id for row in rows}) > 1
    return FromEvents(answered(examples, question, yes=yes), unknown, mixed)
