"""Read what a probe can be fitted to: embeddings, and what persons said of their events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, func, select

from ...detectors.ports import EmbedderIdentity
from ..records import label_said
from ..schema import embeddings, events, models, reviews, sources


@dataclass(frozen=True, slots=True)
class KnownEmbedder:
    """An embedder, and how it was run, of which embeddings are stored."""

    model_id: int
    identity: EmbedderIdentity
    embeddings: int


@dataclass(frozen=True, slots=True, eq=False)
class StoredEmbedding:
    """An embedding and what is known of its event."""

    event_id: str
    model_id: int
    source_id: str
    source_kind: str
    onset_us: int
    timezone: str
    said: str | None
    """The label of the latest review; None where nobody said anything."""
    vector: NDArray[np.float32]
    """[shape=(512,)]"""


def read_embedders(connection: Connection, kind: str) -> list[KnownEmbedder]:
    """Read every way in which embeddings of this kind were made, the oldest first."""
    query = (
        select(models, func.count().label("found"))
        .join(embeddings, embeddings.c.model_id == models.c.model_id)
        .where(models.c.kind == kind)
        .group_by(models.c.model_id)
        .order_by(models.c.model_id)
    )
    names = EmbedderIdentity.__slots__
    return [
        KnownEmbedder(
            row.model_id,
            EmbedderIdentity(**{name: getattr(row, name) for name in names}),
            row.found,
        )
        for row in connection.execute(query)
    ]


def read_embeddings(
    connection: Connection, model_ids: Sequence[int], *, reviewed_only: bool
) -> list[StoredEmbedding]:
    """Read the embeddings of these embedders in the order of their events, oldest model first."""
    latest = (
        select(reviews.c.event_id, func.max(reviews.c.review_id).label("review_id"))
        .group_by(reviews.c.event_id)
        .subquery()
    )
    query = (
        select(
            embeddings,
            events.c.source_id,
            sources.c.kind,
            events.c.onset_us,
            events.c.timezone,
            reviews.c.verdict,
            reviews.c.label,
        )
        .join(events, events.c.event_id == embeddings.c.event_id)
        .join(sources, sources.c.source_id == events.c.source_id)
        .join(latest, latest.c.event_id == events.c.event_id, isouter=not reviewed_only)
        .join(reviews, reviews.c.review_id == latest.c.review_id, isouter=not reviewed_only)
        .where(embeddings.c.model_id.in_(model_ids))
        .order_by(events.c.onset_us, events.c.event_row, embeddings.c.model_id)
    )
    return [
        StoredEmbedding(
            event_id=row.event_id,
            model_id=row.model_id,
            source_id=row.source_id,
            source_kind=row.kind,
            onset_us=row.onset_us,
            timezone=row.timezone,
            said=row.verdict and label_said(row.verdict, row.label),
            vector=np.frombuffer(row.vector, "<f4").astype(np.float32),
        )
        for row in connection.execute(query)
    ]
