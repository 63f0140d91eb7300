"""A store opened for reading, and what a reader asks of it before anything else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Self

from sqlalchemy import Connection, Engine, inspect, select

from ...config.errors import StorageError
from ..closing import Closing
from ..engine import open_reader
from ..faults import storage_faults
from ..place import store_name, store_url
from ..schema import SCHEMA_VERSION, meta


class ReadableStore(Closing):
    """A read-only store of this program's version, usable from several threads."""

    def __init__(self, engine: Engine, name: str) -> None:
        self._engine = engine
        self._name = name

    @classmethod
    def open(cls, url_or_path: str | Path) -> Self:
        """Open an existing store.

        Raises
        ------
        StorageError
            There is no store, it cannot be read, or it is not coughd's.
        """
        url = store_url(url_or_path)
        store = cls(open_reader(url), store_name(url))
        try:
            with store.reading() as connection:
                check_readable(connection, store._name)
        except StorageError:
            store.close()
            raise
        return store

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Read in one transaction; StorageError."""
        with storage_faults(f"{self._name}: cannot be read"), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def at_one_moment(self) -> Iterator[StoreAtOneMoment]:
        """Read in one transaction, whatever is asked of it; for one thread. StorageError."""
        with self.reading() as connection:
            yield StoreAtOneMoment(connection)

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()


class StoreAtOneMoment:
    """A store as one open transaction sees it, which whoever began it closes."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Read in that transaction."""
        yield self._connection

    def at_one_moment(self) -> AbstractContextManager[StoreAtOneMoment]:
        """Give itself: it is at one already."""
        return nullcontext(self)

    def close(self) -> None:
        """Leave it to whoever began it."""


def check_readable(connection: Connection, name: str) -> None:
    """Raise StorageError unless this is a coughd store of this program's version."""
    version = None
    if meta.name in inspect(connection).get_table_names():
        version = connection.execute(
            select(meta.c.value).where(meta.c.key == "schema_version")
        ).scalar()
    if version is None or not version.isdecimal():
        raise StorageError(f"{name}: this is not a coughd store; name the right file")
    if int(version) > SCHEMA_VERSION:
        raise StorageError(
            f"{name}: the store has version {version}, this coughd knows up to {SCHEMA_VERSION}; "
            "upgrade coughd"
        )
    if int(version) < SCHEMA_VERSION:
        raise StorageError(
            f"{name}: the store has the old version {version}; start `coughd run` once, which "
            "brings it up to date after a copy"
        )
