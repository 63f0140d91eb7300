"""Events as they are found, scored again and reviewed."""

from __future__ import annotations

from sqlalchemy import bindparam, insert, select, update

from .counting import count_in, count_out
from .event_state import EventState, finished, rescored, reviewed, says_no_more
from .messages import Source, epoch_message, event_message, review_message
from .models import keep_embedding, model_id_of, model_name
from .records import (
    EmbeddingKept,
    EpochEnded,
    EventFinished,
    EventRescored,
    EventReviewed,
    Scored,
)
from .schema import events, reviews
from .transaction import Transaction
from .upkeep.forgotten import was_forgotten

_BY_ID = select(events).where(events.c.event_id == bindparam("id"))
_EXISTS = select(events.c.event_row).where(events.c.event_id == bindparam("id"))
_REVIEWED = select(reviews.c.review_id).where(reviews.c.event_id == bindparam("id")).limit(1)
_SAID = select(reviews.c.review_id).where(
    reviews.c.event_id == bindparam("id"),
    reviews.c.reviewer == bindparam("who"),
    reviews.c.at_us == bindparam("when"),
    reviews.c.verdict == bindparam("what"),
    reviews.c.label.is_not_distinct_from(bindparam("label")),
)
_EPOCH_TOLD = (
    update(events)
    .where(events.c.event_id == bindparam("id"))
    .values(epoch_told=bindparam("coughs"))
)


def write_finished(transaction: Transaction, change: EventFinished) -> None:
    """Store and tell a new event; a known id, or one that retention deleted, changes nothing."""
    connection = transaction.connection
    if connection.execute(_EXISTS, {"id": change.event_id}).first() is not None:
        return
    if was_forgotten(connection, change.stretch_id, change.onset_sample):
        return
    source = transaction.source(change.source_id)
    embedder = change.scored.embedder
    state = finished(
        change,
        transaction.sender.origin,
        model_id_of(connection, embedder),
        transaction.now_us,
    )
    state = count_in(transaction, state)
    connection.execute(insert(events), state.columns())
    _keep_scored_embedding(transaction, state, change.scored)
    _tell_event(transaction, source, state, embedder.name if embedder else None)


def write_rescored(transaction: Transaction, change: EventRescored) -> None:
    """Store and tell a later score, once; an event deleted in the meantime is let go."""
    before = _load(transaction, change.event_id)
    if before is None:
        return
    connection = transaction.connection
    embedder = change.scored.embedder
    after = rescored(
        before,
        change.scored,
        reviewed=connection.execute(_REVIEWED, {"id": change.event_id}).first() is not None,
        origin=transaction.sender.origin,
        model_id=model_id_of(connection, embedder),
        now_us=transaction.now_us,
    )
    _keep_scored_embedding(transaction, after, change.scored)
    if says_no_more(before, after):
        return  # what a daemon was handed and killed with is handed to the next one
    after = _replace(transaction, before, after)
    source = transaction.source(after.source_id)
    _tell_event(transaction, source, after, embedder.name if embedder else None)


def write_reviewed(transaction: Transaction, change: EventReviewed) -> None:
    """Store and tell a person's word, once; UsageError for a missing label.

    An event deleted in the meantime is let go: what a daemon is told must not stop it.
    """
    before = _load(transaction, change.event_id)
    word = {"what": change.verdict, "label": change.label}
    said = {"id": change.event_id, "who": change.reviewer, "when": change.utc_us, **word}
    known = transaction.connection.execute(_SAID, said)
    if before is None or known.first() is not None:
        return
    after = _replace(transaction, before, reviewed(before, change, transaction.now_us))
    transaction.connection.execute(
        insert(reviews),
        {
            "event_id": change.event_id,
            "verdict": change.verdict,
            "label": change.label,
            "reviewer": change.reviewer,
            "note": change.note,
            "at_us": change.utc_us,
        },
    )
    source = transaction.source(after.source_id)
    sender = transaction.sender
    transaction.tell(lambda seq: review_message(sender, seq, source, change, after))
    embedder = model_name(transaction.connection, after.model_id)
    _tell_event(transaction, source, after, embedder)


def write_kept(transaction: Transaction, change: EmbeddingKept) -> None:
    """Store an embedding that no probe has judged; an event deleted meanwhile is let go."""
    connection = transaction.connection
    if connection.execute(_EXISTS, {"id": change.event_id}).first() is None:
        return
    model_id = model_id_of(connection, change.embedder)
    if model_id is not None:
        keep_embedding(connection, change.event_id, model_id, change.embedding)


def write_epoch(transaction: Transaction, change: EpochEnded) -> None:
    """Tell the end of an epoch, once: a file's rerun comes to the same end.

    An epoch whose first cough was deleted is let go with it.
    """
    first = _load(transaction, change.epoch_id)
    if first is None or first.epoch_told == change.coughs:
        return
    transaction.connection.execute(_EPOCH_TOLD, {"id": change.epoch_id, "coughs": change.coughs})
    source = transaction.source(change.source_id)
    sender, now_us = transaction.sender, transaction.now_us
    transaction.tell(lambda seq: epoch_message(sender, seq, source, change, now_us))


def tell_again(transaction: Transaction, event_id: str) -> None:
    """Tell an event as it is stored now."""
    state = _load(transaction, event_id)
    if state is not None:
        embedder = model_name(transaction.connection, state.model_id)
        _tell_event(transaction, transaction.source(state.source_id), state, embedder)


def _load(transaction: Transaction, event_id: str) -> EventState | None:
    row = transaction.connection.execute(_BY_ID, {"id": event_id}).first()
    return None if row is None else EventState.from_row(row._asdict())


def _replace(transaction: Transaction, before: EventState, after: EventState) -> EventState:
    if before.counted != after.counted:
        count_out(transaction, before)
        after = count_in(transaction, after)
    transaction.connection.execute(
        update(events).where(events.c.event_id == after.event_id).values(after.columns())
    )
    return after


def _keep_scored_embedding(transaction: Transaction, state: EventState, scored: Scored) -> None:
    if scored.embedding is not None and state.model_id is not None:
        keep_embedding(transaction.connection, state.event_id, state.model_id, scored.embedding)


def _tell_event(
    transaction: Transaction, source: Source, state: EventState, embedder: str | None
) -> None:
    sender = transaction.sender
    transaction.tell(lambda seq: event_message(sender, seq, source, state, embedder))
