"""What is forgotten, by age or because room is needed: embeddings first, events last.

The sums of `rollup`, the coverage and the anchors are never forgotten, so counts and rates of a
year whose events are gone stay what they were. Work is done in small steps, since each is a
transaction that a cough may have to wait for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from sqlalchemy import Connection, bindparam, delete, func, or_, select, tuple_

from ..outbox import bounds, delete_until
from ..schema import embeddings, events, outbox, reviews, sources
from .forgotten import note_forgotten

EVENTS_AT_ONCE = 500
PAGES_AT_ONCE = 4
"""So many times `EVENTS_AT_ONCE` are looked through in one step where none has an embedding."""
MESSAGES_AT_ONCE = 10_000
A_HANDFUL = 50
FRESH_US = 3_600_000_000
"""What was written within so long stays, however old its sound is: its epoch may still be open,
and the next cough asks those before it whether it begins one."""
MESSAGES_LEFT = 1_000
"""So many messages stay however great the need: a subscriber that restarts asks for them."""

Need: TypeAlias = Literal["none", "embeddings", "anything"]


@dataclass(frozen=True, slots=True)
class Limits:
    """How old things may get (None: any age), and how many messages there may be."""

    events_us: int | None = None
    embeddings_us: int | None = None
    messages_us: int | None = None
    messages: int = 1_000_000


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How many of each one step deleted."""

    embeddings: int = 0
    messages: int = 0
    events: int = 0
    unfinished: bool = False
    """Whether it looked for embeddings as far as one step may, and there are events beyond."""

    @property
    def anything(self) -> bool:
        """Whether something was deleted."""
        return bool(self.embeddings or self.messages or self.events)

    def __bool__(self) -> bool:
        """Whether there may be more to do."""
        return self.anything or self.unfinished


class Sweep:
    """Walks through the events by onset and takes their embeddings; remembers where it is.

    One lap a day or so finds what was heard late of an early time, such as an old recording.
    """

    LAP_US = 24 * 3600 * 1_000_000

    def __init__(self) -> None:
        self._after = (-1, -1)
        self._began_us: int | None = None

    def step(self, connection: Connection, before_us: int | None, now_us: int) -> tuple[int, bool]:
        """Delete the embeddings of the next events with an onset before.

        Gives how many, and whether it found none so far and there may be events beyond.
        """
        if self._began_us is None or not 0 <= now_us - self._began_us < self.LAP_US:
            self._after, self._began_us = (-1, -1), now_us
        for _ in range(PAGES_AT_ONCE):
            rows = self._next(connection, before_us)
            if not rows:
                return 0, False
            self._after = rows[-1][1:]
            gone = connection.execute(_EMBEDDINGS, {"ids": [row[0] for row in rows]}).rowcount
            if gone:
                return gone, False
        return 0, True

    def _next(
        self, connection: Connection, before_us: int | None
    ) -> Sequence[tuple[str, int, int]]:
        query = (
            select(events.c.event_id, events.c.onset_us, events.c.event_row)
            .where(
                # For the index by time, to which a pair says nothing.
                events.c.onset_us >= self._after[0],
                tuple_(events.c.onset_us, events.c.event_row) > self._after,
            )
            .order_by(events.c.onset_us, events.c.event_row)
            .limit(EVENTS_AT_ONCE)
        )
        if before_us is not None:
            query = query.where(events.c.onset_us < before_us)
        return [tuple(row) for row in connection.execute(query)]


def forget(
    connection: Connection, sweep: Sweep, limits: Limits, need: Need, now_us: int
) -> Forgotten:
    """Delete one step's worth of what is too old, else of the oldest that the need reaches."""
    events_gone = 0
    if limits.events_us is not None:
        events_gone = _forget_events(connection, now_us - limits.events_us, now_us)
    messages_gone = _forget_messages(connection, limits, now_us)
    embeddings_gone, unfinished = 0, False
    if limits.embeddings_us is not None:
        before_us = now_us - limits.embeddings_us
        embeddings_gone, unfinished = sweep.step(connection, before_us, now_us)
    by_age = Forgotten(embeddings_gone, messages_gone, events_gone, unfinished)
    if by_age.anything or need == "none":
        return by_age
    return _give_way(connection, sweep, need, now_us)


def _give_way(connection: Connection, sweep: Sweep, need: Need, now_us: int) -> Forgotten:
    gone, unfinished = sweep.step(connection, None, now_us)
    # Those of what was written just now are no help: events come as fast as they give way.
    if gone > A_HANDFUL or need == "embeddings" or unfinished:
        return Forgotten(embeddings=gone, unfinished=unfinished)
    oldest_seq, last_seq = bounds(connection)
    until_seq = min(last_seq - MESSAGES_LEFT, oldest_seq + MESSAGES_AT_ONCE - 1)
    if until_seq >= oldest_seq:
        return Forgotten(gone, messages=delete_until(connection, until_seq))
    return Forgotten(gone, events=_forget_events(connection, now_us, now_us))


def _forget_events(connection: Connection, before_us: int, now_us: int) -> int:
    within = {"before": before_us, "fresh_from": now_us - FRESH_US, "now": now_us}
    rows = connection.execute(_OLD_EVENTS, within).all()
    if not rows:
        return 0
    note_forgotten(
        connection,
        until_us=rows[-1].onset_us + 1,
        # Only a file can be heard again.
        heard=[(row.stretch_id, row.onset_sample) for row in rows if row.kind == "file"],
    )
    ids = {"ids": [row.event_id for row in rows]}
    for statement in (_EMBEDDINGS, _REVIEWS, _EVENTS):
        connection.execute(statement, ids)
    return len(rows)


def _forget_messages(connection: Connection, limits: Limits, now_us: int) -> int:
    oldest_seq, last_seq = bounds(connection)
    until_seq = last_seq - max(limits.messages, 1)
    # The last one stays: what comes next is numbered after it.
    beyond_seq = min(oldest_seq + MESSAGES_AT_ONCE, last_seq)
    if limits.messages_us is not None:
        # Only as far as one step goes: of a year of messages a week may be kept.
        kept = {"since": now_us - limits.messages_us, "beyond": beyond_seq}
        first_kept = connection.execute(_FIRST_MESSAGE, kept).scalar()
        until_seq = max(until_seq, (first_kept or beyond_seq) - 1)
    until_seq = min(until_seq, beyond_seq - 1)
    return delete_until(connection, until_seq) if until_seq >= oldest_seq else 0


_OLD_EVENTS = (
    select(
        events.c.event_id,
        events.c.stretch_id,
        events.c.onset_sample,
        events.c.onset_us,
        sources.c.kind,
    )
    .join(sources, sources.c.source_id == events.c.source_id)
    .where(
        events.c.onset_us < bindparam("before"),
        # What seems to be written later than now was written by a clock that was wrong.
        or_(
            events.c.recorded_us <= bindparam("fresh_from"),
            events.c.recorded_us > bindparam("now"),
        ),
    )
    .order_by(events.c.onset_us, events.c.event_row)
    .limit(EVENTS_AT_ONCE)
)
_EMBEDDINGS = delete(embeddings).where(embeddings.c.event_id.in_(bindparam("ids", expanding=True)))
_REVIEWS = delete(reviews).where(reviews.c.event_id.in_(bindparam("ids", expanding=True)))
_EVENTS = delete(events).where(events.c.event_id.in_(bindparam("ids", expanding=True)))
_FIRST_MESSAGE = select(func.min(outbox.c.seq)).where(
    outbox.c.recorded_us >= bindparam("since"), outbox.c.seq < bindparam("beyond")
)
