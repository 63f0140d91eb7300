"""The durable messages: written with what they tell, read again by whoever was away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Self

from sqlalchemy import (
    Connection,
    Engine,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from ..config.errors import StorageError
from .closing import Closing
from .engine import open_reader
from .faults import storage_faults
from .home import is_home
from .messages import Message
from .migrations import read_store_id
from .place import sqlite_path, store_name, store_url
from .records import OutboxRow
from .schema import outbox
from .upkeep.whereabouts import whereabouts_of

_RESERVE = insert(outbox).values(topic="", body="").returning(outbox.c.seq)
# A sequence of PostgreSQL's leaves a hole where a transaction is rolled back, and a subscriber
# would ask for what was never told. There is one writer, and the last message is never deleted.
_RESERVE_NEXT = (
    insert(outbox)
    .values(
        topic="",
        body="",
        seq=select(func.coalesce(func.max(outbox.c.seq), 0) + 1).scalar_subquery(),
    )
    .returning(outbox.c.seq)
)
_FILL = (
    update(outbox)
    .where(outbox.c.seq == bindparam("row"))
    .values(topic=bindparam("topic"), body=bindparam("body"))
)
# Two subqueries, since SQLite walks the whole table for a min and a max in one.
_BOUNDS = select(
    select(func.min(outbox.c.seq)).scalar_subquery(),
    select(func.max(outbox.c.seq)).scalar_subquery(),
)
_BODY = select(outbox.c.body).where(outbox.c.seq == bindparam("row"))
_PAGE = (
    select(outbox.c.seq, outbox.c.topic, outbox.c.body)
    .where(outbox.c.seq > bindparam("since"))
    .order_by(outbox.c.seq)
    .limit(bindparam("limit"))
)


@dataclass(frozen=True, slots=True)
class ReplayPage:
    """What was told after a `seq`, or that it is no longer known in full."""

    status: Literal["ok", "truncated"]
    """`truncated`: some of it was pruned; `rows` is empty, ask again from `oldest_seq - 1`."""
    oldest_seq: int
    """The first message still kept; 0 where nothing was ever told."""
    last_seq: int
    rows: tuple[OutboxRow, ...]


def append(connection: Connection, message: Callable[[int], Message], now_us: int) -> OutboxRow:
    """Write a message made for the `seq` it gets, inside the caller's transaction."""
    reserve = _RESERVE if connection.dialect.name == "sqlite" else _RESERVE_NEXT
    seq = connection.execute(reserve, {"recorded_us": now_us}).scalar_one()
    made = message(seq)
    connection.execute(_FILL, {"row": seq, "topic": made.topic, "body": made.body})
    return OutboxRow(seq, made.topic, made.body)


def delete_until(connection: Connection, until_seq: int) -> int:
    """Delete the messages up to a `seq`, which is not the last one; gives how many."""
    return connection.execute(delete(outbox).where(outbox.c.seq <= until_seq)).rowcount


def bounds(connection: Connection) -> tuple[int, int]:
    """Give the oldest and the last `seq` kept; (0, 0) where nothing was ever told."""
    oldest_seq, last_seq = connection.execute(_BOUNDS).one()
    return oldest_seq or 0, last_seq or 0


def last_message(connection: Connection) -> tuple[int, str]:
    """Give the `seq` and the body of the last message; 0 and nothing where none was ever told."""
    seq = bounds(connection)[1]
    return seq, body_of(connection, seq) or ""


def body_of(connection: Connection, seq: int) -> str | None:
    """Give a message's JSON; None where it is not in the store."""
    body: str | None = connection.execute(_BODY, {"row": seq}).scalar()
    return body


class OutboxReader(Closing):
    """Reads the outbox beside the writer; usable from any thread, each call a short transaction.

    It reads the store that it opened and no other that took its place. Every method raises
    StorageError.
    """

    def __init__(self, engine: Engine, name: str, path: Path | None, store_id: str) -> None:
        self._engine = engine
        self._name = name
        self._path = path
        self._store_id = store_id
        self._file = path and whereabouts_of(path).file

    @classmethod
    def open(cls, url_or_path: str | Path) -> Self:
        """Open an existing store for reading."""
        url = store_url(url_or_path)
        engine, name = open_reader(url), store_name(url)
        try:
            with storage_faults(f"{name}: cannot be read"), engine.begin() as connection:
                store_id = read_store_id(connection)
        except StorageError:
            engine.dispose()
            raise
        return cls(engine, name, sqlite_path(url), store_id)

    def page(self, since_seq: int, limit: int) -> ReplayPage:
        """Give at most `limit` messages with a `seq` above `since_seq`, in order."""
        with self._reading() as connection:
            oldest_seq, last_seq = bounds(connection)
            if since_seq + 1 < oldest_seq:
                return ReplayPage("truncated", oldest_seq, last_seq, ())
            found = connection.execute(_PAGE, {"since": since_seq, "limit": limit})
            rows = tuple(OutboxRow(row.seq, row.topic, row.body) for row in found)
        return ReplayPage("ok", oldest_seq, last_seq, rows)

    def bounds(self) -> tuple[int, int]:
        """Give the oldest and the last `seq` kept; (0, 0) where nothing was ever told."""
        with self._reading() as connection:
            return bounds(connection)

    def store_id(self) -> str:
        """Which store this is."""
        with self._reading() as connection:
            return read_store_id(connection)

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with storage_faults(f"{self._name}: cannot be read"):
            there = self._path and whereabouts_of(self._path).file
            is_another_file = there != self._file
            if is_another_file:
                self._engine.dispose()
            with self._engine.begin() as connection:
                if is_another_file:
                    self._make_sure(connection)
                    self._file = there
                yield connection

    def _make_sure(self, connection: Connection) -> None:
        """Read another file only where it is the store that its writer has put back."""
        ours = read_store_id(connection) == self._store_id
        if self._path is not None and not (ours and is_home(connection, self._path)):
            raise StorageError(
                f"{self._name}: was replaced by another file; it is put back when coughd writes"
            )
