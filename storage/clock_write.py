"""Anchors; where one shows that the clock was wrong, what was told by it is moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import bindparam, case, func, insert, select, update

from .events_write import tell_again
from .records import AnchorSet
from .rollup import SECOND_US, Column, bucket_of, tally_span
from .schema import anchors, coverage, events, sources
from .transaction import Transaction

_DAY_US = 86_400_000_000

_ANCHOR = select(anchors.c.sample).where(
    anchors.c.stretch_id == bindparam("stretch"), anchors.c.sample == bindparam("at_sample")
)
_STRETCHES = (
    select(anchors.c.stretch_id)
    .where(
        anchors.c.source_id == bindparam("source"),
        anchors.c.boot_id == bindparam("boot"),
    )
    .group_by(anchors.c.stretch_id)
    .having(func.min(anchors.c.monotonic_us) >= bindparam("since"))
)
_EARLIER = (
    select(anchors.c.sample)
    .where(
        anchors.c.source_id == bindparam("source"),
        anchors.c.boot_id == bindparam("boot"),
        anchors.c.monotonic_us < bindparam("since"),
    )
    .limit(1)
)
_EVENTS = (
    select(events.c.event_id, events.c.onset_us, events.c.counted, events.c.starts_epoch)
    .where(events.c.stretch_id.in_(bindparam("stretches", expanding=True)))
    .order_by(events.c.event_row)
)
_SECONDS = select(events.c.onset_us).where(
    events.c.counted,
    events.c.source_id == bindparam("source"),
    events.c.onset_us >= bindparam("begin"),
    events.c.onset_us < bindparam("end"),
    events.c.stretch_id.not_in(bindparam("stretches", expanding=True)),
)
_COVERAGE = select(coverage.c.state, coverage.c.start_us, coverage.c.end_us).where(
    coverage.c.stretch_id.in_(bindparam("stretches", expanding=True))
)
_MOVE_EVENTS = (
    update(events)
    .where(events.c.stretch_id.in_(bindparam("stretches", expanding=True)))
    .values(
        onset_us=events.c.onset_us + bindparam("by"),
        offset_us=events.c.offset_us + bindparam("by"),
        phase="update",
        revision=events.c.revision + 1,
        recorded_us=bindparam("now"),
    )
)
_MOVE_COVERAGE = (
    update(coverage)
    .where(coverage.c.stretch_id.in_(bindparam("stretches", expanding=True)))
    .values(
        start_us=coverage.c.start_us + bindparam("by"), end_us=coverage.c.end_us + bindparam("by")
    )
)
_MOVE_ANCHORS = (
    update(anchors)
    .where(anchors.c.stretch_id.in_(bindparam("stretches", expanding=True)))
    .values(utc_us=anchors.c.utc_us + bindparam("by"))
)
# A source that was never seen before is in this life first and last seen at once.
_MOVE_SEEN = (
    update(sources)
    .where(sources.c.source_id == bindparam("which"))
    .values(
        first_seen_us=case(
            (
                sources.c.first_seen_us == sources.c.last_seen_us,
                sources.c.first_seen_us + bindparam("by"),
            ),
            else_=sources.c.first_seen_us,
        ),
        last_seen_us=sources.c.last_seen_us + bindparam("by"),
    )
)


def write_anchor(transaction: Transaction, change: AnchorSet) -> None:
    """Store an anchor, and move what it corrects; the first one at a sample stands."""
    at = {"stretch": change.stretch_id, "at_sample": int(change.sample)}
    if transaction.connection.execute(_ANCHOR, at).first() is not None:
        return  # a commit whose answer was lost is written again
    if change.corrects_us:
        _correct(transaction, change)
    columns = asdict(change)
    del columns["corrects_us"]
    boot_id = transaction.sender.origin.boot_id
    transaction.connection.execute(insert(anchors), {**columns, "boot_id": boot_id})


def _correct(transaction: Transaction, change: AnchorSet) -> None:
    """Move events, coverage and anchors of the source's last day of this life, and tell it.

    Each event is told again as an `update`. Epochs stay as they are: all is moved alike. Since when
    the source is known moves with its first stretch.
    """
    connection = transaction.connection
    source = {"source": change.source_id, "boot": transaction.sender.origin.boot_id}
    since = {"since": change.monotonic_us - _DAY_US}
    stretches = list(connection.execute(_STRETCHES, {**source, **since}).scalars())
    if connection.execute(_EARLIER, {**source, **since}).first() is None:
        connection.execute(_MOVE_SEEN, {"which": change.source_id, "by": change.corrects_us})
    moved = connection.execute(_EVENTS, {"stretches": stretches}).all()
    _sum_events(transaction, change, moved, stretches)
    for heard in connection.execute(_COVERAGE, {"stretches": stretches}):
        for sign, by_us in ((-1, 0), (1, change.corrects_us)):
            begin_us, end_us = heard.start_us + by_us, heard.end_us + by_us
            tally_span(
                transaction.tally, change.source_id, heard.state, begin_us, end_us, sign=sign
            )
    by = {"stretches": stretches, "by": change.corrects_us}
    connection.execute(_MOVE_EVENTS, {**by, "now": transaction.now_us})
    connection.execute(_MOVE_COVERAGE, by)
    connection.execute(_MOVE_ANCHORS, by)
    for row in moved:
        tell_again(transaction, row.event_id)


def _sum_events(
    transaction: Transaction,
    change: AnchorSet,
    moved: Sequence[Any],
    stretches: Sequence[str],
) -> None:
    """Take the events out of their quarters and put them into those where they belong."""
    for sign, by_us in ((-1, 0), (1, change.corrects_us)):
        sums: Counter[tuple[int, Column]] = Counter()
        for row in moved:
            bucket_us = bucket_of(row.onset_us + by_us)
            sums[bucket_us, "coughs" if row.counted else "rejected"] += 1
            sums[bucket_us, "epochs"] += int(row.counted and row.starts_epoch)
        seconds = {(row.onset_us + by_us) // SECOND_US for row in moved if row.counted}
        for second in seconds - _seconds_of_others(transaction, change, seconds, stretches):
            sums[bucket_of(second * SECOND_US), "cough_seconds"] += 1
        for (bucket_us, column), count in sums.items():
            transaction.tally[bucket_us, change.source_id, column] += sign * count


def _seconds_of_others(
    transaction: Transaction, change: AnchorSet, seconds: set[int], stretches: Sequence[str]
) -> set[int]:
    """In which seconds coughs begin that are not moved: they keep them."""
    if not seconds:
        return set()
    found = transaction.connection.execute(
        _SECONDS,
        {
            "source": change.source_id,
            "begin": min(seconds) * SECOND_US,
            "end": (max(seconds) + 1) * SECOND_US,
            "stretches": list(stretches),
        },
    )
    return {onset_us // SECOND_US for onset_us in found.scalars()}
