"""Embeddings for events that are stored already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ...detectors.ports import Embedder
from ...storage.records import EmbeddingKept, EventRescored
from ..handing_in.document import HandedIn
from ..judge import LaterJudge
from .kept_sound import Found

BATCH = 32
"""Windows handed to the embedder at once, and changes to the store."""
_SAME = 1e-9


@dataclass(frozen=True, slots=True)
class Reembedded:
    """What became of the events."""

    embedded: int
    judged: int
    """Of these, how many got a new score, which was published."""
    left_out: Mapping[str, int]
    """How many had no sound to embed, by why."""


def reembed(
    found: Iterable[Found],
    embedder: Embedder,
    judge: LaterJudge,
    keep: Callable[[Sequence[HandedIn]], None],
    progress: Callable[[int], None],
) -> Reembedded:
    """Embed what has sound, and keep it batch by batch; ModelError.

    What was kept before an interruption stays kept. `progress` is told how many events are done.
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
            judged += _keep(batch, embedder, judge, keep)
            embedded += len(batch)
            batch = []
            progress(done)
    if batch:
        judged += _keep(batch, embedder, judge, keep)
        embedded += len(batch)
    progress(done)
    return Reembedded(embedded, judged, left_out)


def _keep(
    batch: Sequence[Found],
    embedder: Embedder,
    judge: LaterJudge,
    keep: Callable[[Sequence[HandedIn]], None],
) -> int:
    windows = np.stack([one.window for one in batch if one.window is not None])
    changes: list[HandedIn] = []
    for one, embedding in zip(batch, embedder.embed(windows), strict=True):
        change = judge.judge(one.place.event_id, embedder.identity, embedding)
        if isinstance(change, EventRescored) and _is_known(one, change):
            change = EmbeddingKept(one.place.event_id, embedder.identity, embedding)
        if change is not None:
            changes.append(change)
    keep(changes)
    return sum(isinstance(change, EventRescored) for change in changes)


def _is_known(one: Found, change: EventRescored) -> bool:
    """Whether the event has this very score already: it is not told a second time."""
    probe, before, now = change.scored.probe, one.place.probability, change.scored.probability
    return (
        probe is not None
        and one.place.probe_sha256 == probe.sha256
        and before is not None
        and now is not None
        and abs(before - now) <= _SAME
    )
