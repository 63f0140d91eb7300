"""The one connection that writes a store, whose file is kept in its place."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from sqlalchemy import URL, Connection, Engine

from ..config.errors import AlreadyRunningError, StorageError
from .closing import Closing
from .engine import open_writer, reopen_writer
from .faults import storage_faults
from .home import note_home, settle
from .migrations import prepare, read_store_id
from .place import sqlite_path, store_name
from .remembered import settle_told
from .told import Told
from .upkeep.placing import put_in_place
from .upkeep.whereabouts import Whereabouts, save_into, whereabouts_of

_log = logging.getLogger("coughd.store")


class Writing(Closing):
    """Transactions of the one writer, used by one thread at a time.

    Before each it looks whether the file still has the store's name: one that was deleted or
    replaced is put back with all that is in it. Every method raises StorageError.
    """

    def __init__(
        self,
        engine: Engine,
        connection: Connection,
        store_id: str,
        url: URL,
        clock: Callable[[], int],
    ) -> None:
        self.connection = connection
        self.store_id = store_id
        self._engine = engine
        self._name = store_name(url)
        path = sqlite_path(url)
        self._place = whereabouts_of(path) if path else None
        self._clock = clock

    @classmethod
    def open(cls, url: URL, clock: Callable[[], int], told: Told | None = None) -> Self:
        """Open a store; a missing one is made, an older one migrated.

        `clock` gives UTC in microseconds, for the name of what is set aside; `told` knows how far
        the store was told.
        """
        name = store_name(url)
        engine = open_writer(url)
        try:
            with storage_faults(f"{name}: cannot be opened"):
                prepare(engine, sqlite_path(url), name)
                connection = engine.connect()
                with connection.begin():
                    if path := sqlite_path(url):
                        settle(connection, path)
                    if told is not None:
                        settle_told(connection, told, name)
                    store_id = read_store_id(connection)
        except StorageError:
            engine.dispose()
            raise
        return cls(engine, connection, store_id, url, clock)

    @contextmanager
    def transaction(self, doing: str) -> Iterator[Connection]:
        """Commit what the block does, or nothing of it; `doing` begins the error's sentence."""
        try:
            with storage_faults(f"{self._name}: {doing}"):
                self._stay_in_place()
                with self.connection.begin():
                    yield self.connection
        except AlreadyRunningError as exc:
            # A server may hold the lock of a connection that was lost for a while yet.
            raise StorageError(str(exc)) from exc

    def close(self) -> None:
        """Close the connection; a second call does nothing."""
        if self.connection.closed:
            return
        with storage_faults(f"{self._name}: cannot be closed"):
            try:
                self._stay_in_place()
            finally:
                self.connection.close()
                self._engine.dispose()

    def _stay_in_place(self) -> None:
        """Put the store back where its file was deleted or replaced under it."""
        if self._place is None or self._place.unchanged:
            return
        path = self._place.path
        raw = self.connection.connection.driver_connection
        if not isinstance(raw, sqlite3.Connection):
            raise StorageError(f"{self._name}: has no connection; start coughd again")
        fresh = save_into(raw, path)
        now = datetime.fromtimestamp(self._clock() / 1e6, UTC)
        aside = put_in_place(fresh, path, now, "foreign")
        # Whoever takes it away may not have done yet: what was open is let go when all is well.
        former, former_engine = self.connection, self._engine
        self.connection, self._engine, self._place = self._opened_again(path)
        # It was moved, so SQLite leaves the files alone that have its name now.
        former.close()
        former_engine.dispose()
        _log.error(
            "%s was %s while coughd wrote it; it was put back, nothing committed is lost",
            path,
            f"replaced by what is now {aside}" if aside else "deleted",
        )

    def _opened_again(self, path: Path) -> tuple[Connection, Engine, Whereabouts]:
        engine = reopen_writer(path)
        with ExitStack() as undoing:
            undoing.callback(engine.dispose)
            connection = undoing.enter_context(engine.connect())
            with connection.begin():
                ours = read_store_id(connection) == self.store_id
                if ours:
                    note_home(connection, path)
            place = whereabouts_of(path)
            if not (ours and place.whole):
                raise StorageError(
                    f"{self._name}: is being deleted or replaced; it is put back when that is over"
                )
            undoing.pop_all()
        return connection, engine, place
