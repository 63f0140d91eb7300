"""What counting an event, or no longer counting it, does to the sums and to its neighbours.

A counted cough begins an epoch unless an earlier counted cough of its stretch ended less than
`EPOCH_GAP_US` before its onset. So only the coughs that begin before an event's end plus that
gap can gain or lose their epoch with it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import and_, bindparam, or_, select, update

from .event_state import EventState
from .rollup import EPOCH_GAP_US, SECOND_US, bucket_of
from .schema import events
from .transaction import Transaction


def count_in(transaction: Transaction, state: EventState) -> EventState:
    """Add an event to the sums while its row is absent or uncounted; returns it with its epoch."""
    tally, bucket_us = transaction.tally, bucket_of(state.onset_us)
    if not state.counted:
        tally[bucket_us, state.source_id, "rejected"] += 1
        return replace(state, starts_epoch=False, epoch_id=None)
    tally[bucket_us, state.source_id, "coughs"] += 1
    if not _shares_second(transaction, state):
        tally[bucket_us, state.source_id, "cough_seconds"] += 1
    for follower in _followers(transaction, state):
        if follower.starts_epoch:
            _mark(transaction, state.source_id, follower, starts_epoch=False)
    joined = _joined_epoch(transaction, state, state.event_id, state.onset_us)
    if joined is None:
        tally[bucket_us, state.source_id, "epochs"] += 1
    epoch_id = state.epoch_id or joined or state.event_id
    return replace(state, starts_epoch=joined is None, epoch_id=epoch_id)


def count_out(transaction: Transaction, state: EventState) -> None:
    """Take an event out of the sums while its row is still there as it was counted."""
    tally, bucket_us = transaction.tally, bucket_of(state.onset_us)
    if not state.counted:
        tally[bucket_us, state.source_id, "rejected"] -= 1
        return
    tally[bucket_us, state.source_id, "coughs"] -= 1
    if not _shares_second(transaction, state):
        tally[bucket_us, state.source_id, "cough_seconds"] -= 1
    if state.starts_epoch:
        tally[bucket_us, state.source_id, "epochs"] -= 1
    for follower in _followers(transaction, state):
        if _joined_epoch(transaction, state, follower.event_id, follower.onset_us) is None:
            _mark(transaction, state.source_id, follower, starts_epoch=True)


@dataclass(frozen=True, slots=True)
class _Follower:
    event_id: str
    onset_us: int
    starts_epoch: bool


def _mark(
    transaction: Transaction, source_id: str, follower: _Follower, *, starts_epoch: bool
) -> None:
    transaction.connection.execute(_MARK, {"id": follower.event_id, "starts": starts_epoch})
    bucket_us = bucket_of(follower.onset_us)
    transaction.tally[bucket_us, source_id, "epochs"] += 1 if starts_epoch else -1


def _shares_second(transaction: Transaction, state: EventState) -> bool:
    second_us = state.onset_us - state.onset_us % SECOND_US
    found = transaction.connection.execute(
        _SAME_SECOND,
        {
            "source": state.source_id,
            "begin": second_us,
            "end": second_us + SECOND_US,
            "id": state.event_id,
        },
    )
    return found.first() is not None


def _joined_epoch(
    transaction: Transaction, without: EventState, event_id: str, onset_us: int
) -> str | None:
    """Name the epoch that a cough joins, were `without` not there; None where it begins one."""
    found: str | None = transaction.connection.execute(
        _PREDECESSOR,
        {
            "stretch": without.stretch_id,
            "onset": onset_us,
            "pause_begin": onset_us - EPOCH_GAP_US,
            "id": event_id,
            "without": without.event_id,
        },
    ).scalar()
    return found


def _followers(transaction: Transaction, state: EventState) -> list[_Follower]:
    found = transaction.connection.execute(
        _FOLLOWERS,
        {
            "source": state.source_id,
            "stretch": state.stretch_id,
            "onset": state.onset_us,
            "pause_end": state.offset_us + EPOCH_GAP_US,
            "id": state.event_id,
        },
    )
    return [_Follower(*row) for row in found]


_SAME_SECOND = (
    select(events.c.event_row)
    .where(
        events.c.counted,
        events.c.source_id == bindparam("source"),
        events.c.onset_us >= bindparam("begin"),
        events.c.onset_us < bindparam("end"),
        events.c.event_id != bindparam("id"),
    )
    .limit(1)
)
_PREDECESSOR = (
    select(events.c.epoch_id)
    .where(
        events.c.counted,
        events.c.stretch_id == bindparam("stretch"),
        events.c.offset_us > bindparam("pause_begin"),
        or_(
            events.c.onset_us < bindparam("onset"),
            and_(events.c.onset_us == bindparam("onset"), events.c.event_id < bindparam("id")),
        ),
        events.c.event_id != bindparam("without"),
    )
    .limit(1)
)
_FOLLOWERS = select(events.c.event_id, events.c.onset_us, events.c.starts_epoch).where(
    events.c.counted,
    # The source first: its index by onset is the short way to them.
    events.c.source_id == bindparam("source"),
    events.c.stretch_id == bindparam("stretch"),
    events.c.onset_us < bindparam("pause_end"),
    or_(
        events.c.onset_us > bindparam("onset"),
        and_(events.c.onset_us == bindparam("onset"), events.c.event_id > bindparam("id")),
    ),
    events.c.onset_us >= bindparam("onset"),
)
_MARK = (
    update(events)
    .where(events.c.event_id == bindparam("id"))
    .values(starts_epoch=bindparam("starts"))
)
