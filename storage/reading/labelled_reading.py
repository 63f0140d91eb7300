"""Read what a probe can be fitted to: embeddings, and what persons said of their events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Row, exists, func, select, tuple_

from ...detectors.ports import EmbedderIdentity
from ..records import label_said
from ..schema import embeddings, events, models, reviews, sources
from .event_reading import PLACE
from .pages import Place


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


def page_of_embeddings(
    connection: Connection,
    *,
    model_ids: Sequence[int],
    reviewed_only: bool,
    after: Place | None,
    limit: int,
) -> Sequence[Row[Any]]:
    """Read the embeddings of these embedders of so many events by onset, oldest model first."""
    of_them = embeddings.c.model_id.in_(model_ids)
    page = (
        select(events.c.event_id, events.c.source_id, events.c.timezone, *PLACE)
        .where(exists().where(embeddings.c.event_id == events.c.event_id, of_them))
        .order_by(*PLACE)
        .limit(limit)
    )
    if reviewed_only:
        page = page.where(exists().where(reviews.c.event_id == events.c.event_id))
    if after is not None:
        # The first for the index by time, to which a pair says nothing.
        page = page.where(events.c.onset_us >= after[0], tuple_(*PLACE) > after)
    chosen = page.subquery()
    latest = (
        select(func.max(reviews.c.review_id))
        .where(reviews.c.event_id == chosen.c.event_id)
        .correlate(chosen)
        .scalar_subquery()
    )
    query = (
        select(chosen, embeddings.c.model_id, embeddings.c.vector, sources.c.kind)
        .add_columns(reviews.c.verdict, reviews.c.label)
        .join(embeddings, embeddings.c.event_id == chosen.c.event_id)
        .join(sources, sources.c.source_id == chosen.c.source_id)
        .outerjoin(reviews, reviews.c.review_id == latest)
        .where(of_them)
        .order_by(chosen.c.onset_us, chosen.c.event_row, embeddings.c.model_id)
    )
    return connection.execute(query).all()


def read_vectors(
    connection: Connection, event_ids: Sequence[str], embedder_sha256: str
) -> dict[str, NDArray[np.float32]]:
    """Read the embeddings [shape=(512,)] by these weights; of several runs, the latest."""
    query = (
        select(embeddings.c.event_id, embeddings.c.vector)
        .join(models, models.c.model_id == embeddings.c.model_id)
        .where(embeddings.c.event_id.in_(event_ids), models.c.sha256 == embedder_sha256)
        .order_by(models.c.model_id)
    )
    return {row.event_id: _vector(row.vector) for row in connection.execute(query)}


def embedding_from(row: Row[Any]) -> StoredEmbedding:
    """Make the value of a row of `page_of_embeddings`."""
    return StoredEmbedding(
        event_id=row.event_id,
        model_id=row.model_id,
        source_id=row.source_id,
        source_kind=row.kind,
        onset_us=row.onset_us,
        timezone=row.timezone,
        said=row.verdict and label_said(row.verdict, row.label),
        vector=_vector(row.vector),
    )


def _vector(stored: bytes) -> NDArray[np.float32]:
    return np.frombuffer(stored, "<f4").astype(np.float32)
