"""A new store from what can be read of a damaged one.

Rows that break the schema are left behind, references to lost rows are mended, the sums are
made anew from events and coverage, and messages go as far back as they are without a hole.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Float,
    Integer,
    LargeBinary,
    Table,
    delete,
    func,
    insert,
    select,
    update,
)

from ...config.errors import StorageError
from ...config.private_file import fsync, give_to_owner_of
from ..engine import open_writer
from ..faults import storage_faults
from ..migrations import prepare
from ..place import store_url
from ..rollup import read_rollup, recompute, settled, write_tally
from ..schema import (
    SCHEMA_VERSION,
    anchors,
    coverage,
    embeddings,
    events,
    meta,
    metadata,
    models,
    outbox,
    reviews,
    rollup,
    rollup_hours,
    sources,
)
from .copying import check_store, open_read_only
from .damaged_rows import DamagedTable
from .forgotten import KEPT_KEYS, events_from_us, note_holed
from .placing import put_in_place

_AT_ONCE = 1_000
_LIKE_TODAYS = (1, SCHEMA_VERSION)
"""Versions with the same tables, but for sums that are made anew."""


@dataclass(frozen=True, slots=True)
class Salvaged:
    """What was found in a damaged store."""

    rows: tuple[tuple[str, int], ...]
    """Of each table: name and rows in the new store."""
    unreadable: int
    """Row numbers under which nothing could be read."""
    refused: int
    """Rows that were read and do not fit the schema."""
    aside: Path
    """Where the damaged store is now."""


def salvage(path: Path, now: datetime) -> Salvaged:
    """Put a whole store in the place of a damaged one; the caller sees that it is `at_rest`.

    The damaged one is set aside as it is. The new one has a new `store_id` and the same owner.

    Raises
    ------
    StorageError
        Not even the list of tables can be read, or it is of another version; nothing is changed.
    """
    path = Path(os.path.realpath(path))
    fresh = path.with_name(f"{path.name}.salvaged")
    with _only_if_whole(fresh):
        with storage_faults(f"{fresh}: cannot be written"):
            unreadable, refused = _fill(fresh, path)
        rows = check_store(fresh).rows
        give_to_owner_of(path, fresh)
        fsync(fresh)
    aside = put_in_place(fresh, path, now, "damaged")
    if aside is None:
        raise StorageError(f"{path}: it went away meanwhile; what was read of it is there now")
    return Salvaged(rows, unreadable, refused, aside)


@contextmanager
def _only_if_whole(fresh: Path) -> Iterator[None]:
    """Begin without what a killed one left, and leave nothing where it fails: room is scarce."""
    beside = [fresh.with_name(fresh.name + ending) for ending in ("-journal", "-wal", "-shm")]
    try:
        _delete(fresh, *beside)
        yield
        _delete(*beside)
    except BaseException as exc:
        with suppress(OSError):
            _delete(fresh, *beside)
        if isinstance(exc, OSError):
            raise StorageError(f"{fresh}: cannot be written ({exc.strerror})") from exc
        raise


def _delete(*files: Path) -> None:
    for file in files:
        file.unlink(missing_ok=True)


def _fill(fresh: Path, damaged: Path) -> tuple[int, int]:
    with closing(_open_damaged(damaged)) as origin:
        engine = open_writer(store_url(fresh))
        try:
            prepare(engine, fresh, str(fresh))
            with engine.begin() as connection:
                # Until all is mended, a row may come before the one that it refers to.
                connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
                lost = _take_over(origin, connection, damaged.stat().st_size)
                _mend(connection)
            return lost
        finally:
            engine.dispose()


def _open_damaged(path: Path) -> sqlite3.Connection:
    connection = open_read_only(path)
    try:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    except sqlite3.Error as exc:
        connection.close()
        raise StorageError(
            f"{path}: not even its list of tables can be read ({exc}); restore a backup with "
            "`coughd backup restore`, or move it away"
        ) from exc
    if version not in _LIKE_TODAYS or meta.name not in there:
        connection.close()
        raise StorageError(
            f"{path}: it is not a store of this version ({SCHEMA_VERSION}), so it is left alone"
        )
    return connection


def _take_over(
    origin: sqlite3.Connection, connection: Connection, file_bytes: int
) -> tuple[int, int]:
    unreadable = refused = 0
    for table in metadata.sorted_tables:
        if table is rollup_hours:
            continue
        names = [column.name for column in table.columns]
        found = DamagedTable(origin, table.name, names, file_bytes)
        batch: list[dict[str, Any]] = []
        for values in found.rows():
            if table is meta and not str(values[0]).startswith(KEPT_KEYS):
                continue
            if not _fits(table, values):
                refused += 1
                continue
            batch.append(dict(zip(names, values, strict=True)))
            if len(batch) == _AT_ONCE:
                refused += _insert(connection, table, batch)
                batch = []
        refused += _insert(connection, table, batch)
        unreadable += found.unreadable
    return unreadable, refused


def _fits(table: Table, values: tuple[Any, ...]) -> bool:
    return all(
        _fits_column(column, value) for column, value in zip(table.columns, values, strict=True)
    )


def _fits_column(column: Column[Any], value: object) -> bool:
    if value is None:
        return bool(column.nullable)
    match column.type:
        case Boolean():
            return value in {0, 1}
        case Integer():
            return isinstance(value, int)
        case Float():
            return isinstance(value, int | float)
        case LargeBinary():
            return isinstance(value, bytes)
        case _:
            return isinstance(value, str)


def _insert(connection: Connection, table: Table, batch: list[dict[str, Any]]) -> int:
    """Insert what breaks no key; gives how many rows did."""
    if not batch:
        return 0
    before = _inserted(connection)
    connection.execute(insert(table).prefix_with("OR IGNORE"), batch)
    return len(batch) - (_inserted(connection) - before)


def _inserted(connection: Connection) -> int:
    """Rows written so far on this connection: to count those of the table takes ever longer."""
    return int(connection.exec_driver_sql("SELECT total_changes()").scalar_one())


def _mend(connection: Connection) -> None:
    known_events = select(events.c.event_id)
    for table in (embeddings, reviews):
        connection.execute(delete(table).where(table.c.event_id.not_in(known_events)))
    known_models = select(models.c.model_id)
    connection.execute(delete(embeddings).where(embeddings.c.model_id.not_in(known_models)))
    connection.execute(
        update(events).where(events.c.model_id.not_in(known_models)).values(model_id=None)
    )
    _name_lost_sources(connection)
    note_holed(connection)
    _drop_holed_messages(connection)
    _sum_anew(connection)


def _name_lost_sources(connection: Connection) -> None:
    """A source whose row is lost is called by its id from now on."""
    known = select(sources.c.source_id)
    for table, when in (
        (events, events.c.onset_us),
        (coverage, coverage.c.start_us),
        (anchors, anchors.c.utc_us),
        (rollup, rollup.c.bucket_us),
    ):
        lost = (
            select(table.c.source_id, func.min(when), func.max(when))
            .where(table.c.source_id.not_in(known))
            .group_by(table.c.source_id)
        )
        for source_id, first_us, last_us in connection.execute(lost).all():
            connection.execute(
                insert(sources).values(
                    source_id=source_id,
                    name=source_id,
                    kind="microphone",
                    first_seen_us=first_us,
                    last_seen_us=last_us,
                )
            )


def _drop_holed_messages(connection: Connection) -> None:
    """Replay promises pages without a hole: what is before the last one is `truncated`."""
    expected = None
    for (seq,) in connection.execute(select(outbox.c.seq).order_by(outbox.c.seq.desc())):
        if expected is not None and seq != expected:
            connection.execute(delete(outbox).where(outbox.c.seq <= seq))
            return
        expected = seq - 1


def _sum_anew(connection: Connection) -> None:
    sums = settled(read_rollup(connection), recompute(connection), events_from_us(connection))
    connection.execute(delete(rollup))
    write_tally(connection, sums)
