"""Sources, their clocks and their comings and goings."""

from __future__ import annotations

import json

from sqlalchemy import Connection, bindparam, insert, select, update

from .messages import source_message
from .meta import LISTENING, write_meta
from .records import AnchorSet, Listening, SourceChanged, SourceSeen
from .schema import anchors, sources
from .transaction import Transaction

_SEEN = (
    update(sources)
    .where(sources.c.source_id == bindparam("source"))
    .values(name=bindparam("its_name"), kind=bindparam("its_kind"), last_seen_us=bindparam("at"))
)
_FIRST_SEEN = (
    update(sources)
    .where(sources.c.source_id == bindparam("source"), sources.c.first_seen_us == bindparam("told"))
    .values(first_seen_us=bindparam("at"))
)
_ANCHORS = (
    select(anchors).where(anchors.c.stretch_id == bindparam("stretch")).order_by(anchors.c.sample)
)


def write_listening(transaction: Transaction, change: Listening) -> None:
    """Store who is listened to."""
    write_meta(transaction.connection, LISTENING, json.dumps(change.source_ids))


def write_seen(transaction: Transaction, change: SourceSeen) -> None:
    """Store a source, or its present name, or since when it is known by the right clock."""
    if change.instead_of_us is not None:
        transaction.connection.execute(
            _FIRST_SEEN,
            {"source": change.source_id, "told": change.instead_of_us, "at": change.utc_us},
        )
    seen = transaction.connection.execute(
        _SEEN,
        {
            "source": change.source_id,
            "its_name": change.name,
            "its_kind": change.kind,
            "at": change.utc_us,
        },
    )
    if seen.rowcount == 0:
        transaction.connection.execute(
            insert(sources),
            {
                "source_id": change.source_id,
                "name": change.name,
                "kind": change.kind,
                "first_seen_us": change.utc_us,
                "last_seen_us": change.utc_us,
            },
        )


def write_source_changed(transaction: Transaction, change: SourceChanged) -> None:
    """Tell of a source's new state."""
    source = transaction.source(change.source_id)
    sender, now_us = transaction.sender, transaction.now_us
    transaction.tell(lambda seq: source_message(sender, seq, source, change, now_us))


def read_anchors(connection: Connection, stretch_id: str) -> list[AnchorSet]:
    """Give a stretch's anchors in order of their samples."""
    return [
        AnchorSet(
            source_id=row.source_id,
            stretch_id=row.stretch_id,
            sample=row.sample,
            sample_rate_hz=row.sample_rate_hz,
            monotonic_us=row.monotonic_us,
            utc_us=row.utc_us,
            device_rate_hz=row.device_rate_hz,
        )
        for row in connection.execute(_ANCHORS, {"stretch": stretch_id})
    ]
