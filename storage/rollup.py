"""Sums per quarter of an hour and per UTC hour, kept in the transaction that changes what they sum.

A cough, its cough-second and the epoch it begins belong to the bucket of its onset; an interval
of coverage is cut at the buckets' borders. Writing only ever adds to the sums, so that 5 million
events cost a year's history nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import Literal, TypeAlias, get_args

from sqlalchemy import Connection, Table, Update, bindparam, insert, select, update

from .records import CoverageState
from .schema import BUCKET_US, UTC_HOUR_US, coverage, events, rollup, rollup_hours

SECOND_US = 1_000_000
EPOCH_GAP_US = 2 * SECOND_US
"""The pause that ends the epochs counted here; history derives others from the events."""

Column: TypeAlias = Literal[
    "coughs",
    "cough_seconds",
    "epochs",
    "rejected",
    "ok_us",
    "clipped_us",
    "silent_us",
    "dropped_us",
]
Tally: TypeAlias = Counter[tuple[int, str, Column]]
"""By bucket, source and column: what is to be added, or the sum itself."""

_COLUMNS: tuple[Column, ...] = get_args(Column)


def _add_to(table: Table) -> Update:
    return (
        update(table)
        .where(table.c.bucket_us == bindparam("bucket"), table.c.source_id == bindparam("source"))
        .values({name: table.c[name] + bindparam(f"more_{name}") for name in _COLUMNS})
    )


_LEVELS = (
    (rollup, BUCKET_US, _add_to(rollup)),
    (rollup_hours, UTC_HOUR_US, _add_to(rollup_hours)),
)


def bucket_of(utc_us: int) -> int:
    """Give the start of the bucket that holds an instant."""
    return utc_us - utc_us % BUCKET_US


def tally_span(
    tally: Tally, source_id: str, state: CoverageState, start_us: int, end_us: int, sign: int = 1
) -> None:
    """Add (or take, sign -1) the time [start_us, end_us) to its buckets, to the microsecond."""
    column = _COVERAGE_COLUMNS[state]
    while start_us < end_us:
        bucket_us = bucket_of(start_us)
        until_us = min(end_us, bucket_us + BUCKET_US)
        tally[bucket_us, source_id, column] += sign * (until_us - start_us)
        start_us = until_us


def write_tally(connection: Connection, tally: Tally) -> None:
    """Add what a transaction has changed to the stored sums, by quarter and by UTC hour."""
    for table, width_us, add in _LEVELS:
        by_row: dict[tuple[int, str], dict[str, int]] = defaultdict(
            lambda: dict.fromkeys(_COLUMNS, 0)
        )
        for (bucket_us, source_id, column), more in tally.items():
            if more:
                by_row[bucket_us - bucket_us % width_us, source_id][column] += more
        for (start_us, source_id), values in by_row.items():
            added = connection.execute(
                add,
                {
                    "bucket": start_us,
                    "source": source_id,
                    **{f"more_{name}": more for name, more in values.items()},
                },
            )
            if added.rowcount == 0:
                connection.execute(
                    insert(table), {"bucket_us": start_us, "source_id": source_id, **values}
                )


def read_rollup(connection: Connection, table: Table = rollup) -> Tally:
    """Give every stored sum that is not zero, of the quarters or of `rollup_hours`."""
    tally: Tally = Counter()
    for row in connection.execute(select(table)).mappings():
        for name in _COLUMNS:
            if row[name]:
                tally[row["bucket_us"], row["source_id"], name] = row[name]
    return tally


def recompute(connection: Connection) -> Tally:
    """Sum anew from events and coverage what `read_rollup` should give. Reads everything."""
    tally: Tally = Counter()
    second_before: tuple[str, int] | None = None
    ends: dict[str, int] = {}
    for event in connection.execute(_EVENTS_IN_ORDER, execution_options=_AS_THEY_COME):
        bucket_us = bucket_of(event.onset_us)
        if not event.counted:
            tally[bucket_us, event.source_id, "rejected"] += 1
            continue
        tally[bucket_us, event.source_id, "coughs"] += 1
        second = (event.source_id, event.onset_us // SECOND_US)
        if second != second_before:
            tally[bucket_us, event.source_id, "cough_seconds"] += 1
        second_before = second
        end_us = ends.get(event.stretch_id)
        if end_us is None or event.onset_us - end_us >= EPOCH_GAP_US:
            tally[bucket_us, event.source_id, "epochs"] += 1
        ends[event.stretch_id] = max(event.offset_us, end_us or event.offset_us)
    for interval in connection.execute(_INTERVALS, execution_options=_AS_THEY_COME):
        tally_span(tally, interval.source_id, interval.state, interval.start_us, interval.end_us)
    return tally


def settled(stored: Tally, recomputed: Tally, events_from_us: int | None) -> Tally:
    """Give what the sums should be where retention has deleted the events before an instant.

    Of the time before, what was stored stands; coverage is never deleted.
    """
    if events_from_us is None:
        return recomputed
    whole_from_us = -(-events_from_us // BUCKET_US) * BUCKET_US
    heard = set(_COVERAGE_COLUMNS.values())
    tally: Tally = Counter()
    for sums, anew in ((stored, False), (recomputed, True)):
        for key, total in sums.items():
            bucket_us, _, column = key
            if (bucket_us >= whole_from_us or column in heard) == anew:
                tally[key] = total
    return tally


_COVERAGE_COLUMNS: dict[CoverageState, Column] = {
    "ok": "ok_us",
    "clipped": "clipped_us",
    "silent": "silent_us",
    "dropped": "dropped_us",
}
_AS_THEY_COME = {"yield_per": 2_000}
"""A database server's client would take all rows into memory first."""
_EVENTS_IN_ORDER = select(
    events.c.source_id,
    events.c.stretch_id,
    events.c.onset_us,
    events.c.offset_us,
    events.c.counted,
).order_by(events.c.source_id, events.c.onset_us, events.c.event_id)
_INTERVALS = select(coverage.c.source_id, coverage.c.state, coverage.c.start_us, coverage.c.end_us)
