"""Embeddings for events that are stored already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...detectors.hear.waited_for import in_batches
from ...detectors.ports import Embedder, EmbedderIdentity
from ...storage.reading.places_reading import EventPlace
from ...storage.records import EmbeddingKept, EventRescored
from ..handing_in.document import HandedIn
from ..judge import LaterJudge
from .kept_sound import Found
from .neighbourhood import Neighbourhood

BATCH = 32
"""Windows handed to the embedder at once, and changes to the store."""
_SAME = 1e-9


@dataclass(frozen=True, slots=True)
class Reembedded:
    """What became of the events."""

    events: int
    embedded: int
    judged: int
    """Of these, how many got a new score, which was published."""
    left_out: Mapping[str, int]
    """How many had no sound to embed, by why."""


def reembed(
    found: Iterable[Found],
    embedder: Embedder,
    judge: LaterJudge,
    neighbours_of: Callable[[Iterable[EventPlace]], Neighbourhood],
    keep: Callable[[Sequence[HandedIn]], None],
    progress: Callable[[int], None],
) -> Reembedded:
    """Embed what has sound, and keep it batch by batch; ModelError.

    What was kept before an interruption stays kept. `neighbours_of` some events is asked when
    all before them is kept. `progress` is told how many events are done.
    """
    left_out: Counter[str] = Counter()
    batch: list[Found] = []
    embedded = judged = done = 0
    for one in found:
        done += 1
        if one.window is None:
            left_out[one.why] += 1
        else:
            batch.append(one)
        if len(batch) == BATCH:
            judged += _keep(batch, embedder, judge, neighbours_of, keep)
            embedded += len(batch)
            batch = []
            progress(done)
    if batch:
        judged += _keep(batch, embedder, judge, neighbours_of, keep)
        embedded += len(batch)
    progress(done)
    return Reembedded(done, embedded, judged, left_out)


def judge_stored(
    stored: Sequence[tuple[EventPlace, NDArray[np.float32]]],
    embedder: EmbedderIdentity,
    judge: LaterJudge,
    neighbours: Neighbourhood,
    keep: Callable[[Sequence[HandedIn]], None],
    progress: Callable[[int], None],
) -> int:
    """Judge embeddings that are stored already, and keep what is new; gives how many were."""
    judged = 0
    for rows in in_batches(len(stored), BATCH):
        changes: list[HandedIn] = []
        for place, embedding in stored[rows]:
            change = _judge(judge, neighbours, place, embedder, embedding)
            if isinstance(change, EventRescored) and not _is_known(place, change):
                changes.append(change)
        if changes:
            keep(changes)
        judged += len(changes)
        progress(rows.stop)
    return judged


def _keep(
    batch: Sequence[Found],
    embedder: Embedder,
    judge: LaterJudge,
    neighbours_of: Callable[[Iterable[EventPlace]], Neighbourhood],
    keep: Callable[[Sequence[HandedIn]], None],
) -> int:
    neighbours = neighbours_of(one.place for one in batch)
    windows = np.stack([one.window for one in batch if one.window is not None])
    changes: list[HandedIn] = []
    for one, embedding in zip(batch, embedder.embed(windows), strict=True):
        change = _judge(judge, neighbours, one.place, embedder.identity, embedding)
        if isinstance(change, EventRescored) and _is_known(one.place, change):
            change = EmbeddingKept(one.place.event_id, embedder.identity, embedding)
        if change is not None:
            changes.append(change)
    keep(changes)
    return sum(isinstance(change, EventRescored) for change in changes)


def _judge(
    judge: LaterJudge,
    neighbours: Neighbourhood,
    place: EventPlace,
    embedder: EmbedderIdentity,
    embedding: NDArray[np.float32],
) -> EventRescored | EmbeddingKept | None:
    """By the embedding and what stood before it; what follows is heard after this."""
    context = neighbours.context(place)
    change = judge.judge(place.event_id, embedder, embedding, context, place.level_dbfs)
    if isinstance(change, EventRescored):
        neighbours.judged(place.event_id, change.scored.probability)
    return change


def _is_known(place: EventPlace, change: EventRescored) -> bool:
    """Whether the event has this very score already: it is not told a second time."""
    probe, before, now = change.scored.probe, place.probability, change.scored.probability
    return (
        probe is not None
        and place.probe_sha256 == probe.sha256
        and before is not None
        and now is not None
        and abs(before - now) <= _SAME
    )
