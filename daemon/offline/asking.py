"""A further question put to what the store holds: an answer for each event's embedding."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from ...detectors.question_probe import QuestionProbe
from ...storage.reading.export_columns import Record, event_record
from ...storage.reading.history_rows import Event

_OF_THE_EVENT = (
    "event_id",
    "source_id",
    "source_name",
    "onset_utc",
    "onset_local",
    "timezone",
    "label",
    "counted",
)
ANSWER_COLUMNS = (
    *_OF_THE_EVENT,
    "question",
    "answer",
    "answered_by",
    "answered_by_sha256",
    "embedder",
    "embedder_sha256",
)
"""Frozen, and explained in docs/questions.md: one may be added at the end, no other change."""
_AT_ONCE = 500
Vectors = Callable[[Sequence[str]], Mapping[str, NDArray[np.float32]]]


@dataclass(slots=True)
class Answered:
    """How many events were asked about, and what came of it; grows while the records are read."""

    asked: int = 0
    answers: int = 0
    sum_of_answers: float = 0.0


def answer_records(
    events: Iterable[Event], vectors: Vectors, probe: QuestionProbe, answered: Answered
) -> Iterator[Record]:
    """Give a record of `ANSWER_COLUMNS` for each event that has an embedding, in their order.

    `vectors` gives the embeddings [shape=(512,)] of some events by the probe's weights.
    """
    remaining = iter(events)
    while some := [*islice(remaining, _AT_ONCE)]:
        answered.asked += len(some)
        found = vectors([event.event_id for event in some])
        known = [event for event in some if event.event_id in found]
        if not known:
            continue
        answers = probe.weights.answers(np.stack([found[event.event_id] for event in known]))
        answered.answers += len(known)
        answered.sum_of_answers += float(answers.sum())
        for event, answer in zip(known, answers, strict=True):
            yield _record(event, float(answer), probe)


def _record(event: Event, answer: float, probe: QuestionProbe) -> Record:
    of_event = event_record(event)
    return {
        **{name: of_event[name] for name in _OF_THE_EVENT},
        "question": probe.question,
        "answer": answer,
        "answered_by": probe.name,
        "answered_by_sha256": probe.sha256,
        "embedder": probe.embedder.name,
        "embedder_sha256": probe.embedder.sha256,
    }
