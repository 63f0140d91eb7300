"""A database server instead of a file: PostgreSQL.

A store has one writer here too: whoever writes holds an advisory lock of the database for as long
as its connection lives. Several nodes therefore have a database each, or a schema each of one.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import QueuePool

from ..config.errors import AlreadyRunningError, StorageError
from ..config.extras import command_to_add
from ..config.redaction import without_passwords

# Of the place where the tables are, so that schemas of one database are stores of their own.
_LOCK = "SELECT pg_try_advisory_lock(hashtext('coughd.' || current_schema()))"
_UNLOCK = "SELECT pg_advisory_unlock_all()"
_PATIENCE = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
"""Seconds, and at last milliseconds. Whoever waits for a server that the network has lost waits for
a quarter of an hour or more by the kernel's own measure, and the watchdog for a minute."""


def server_writer(url: URL) -> Engine:
    """Make the engine of the one writing connection; it is opened at the first use.

    A lost connection is opened, and the lock taken, again by the next transaction. Connecting
    raises AlreadyRunningError where another process writes this store.
    """
    # One connection: a second one would not get the lock of the first.
    engine = _engine(url, poolclass=QueuePool, pool_size=1, max_overflow=0)
    name = _shown(url)

    def lock(connection: Any, _record: Any) -> None:  # noqa: ANN401 - any driver's own
        cursor = connection.cursor()
        cursor.execute(_LOCK)
        (held,) = cursor.fetchone()
        cursor.close()
        connection.commit()
        if not held:
            raise AlreadyRunningError(
                f"{name}: another coughd writes this database; stop it or give each its own"
            )

    def unlock(connection: Any, _record: Any) -> None:  # noqa: ANN401
        # The server notices a moment later that a connection has ended, and whoever starts in that
        # moment would be refused. One that is lost can free nothing any more.
        with suppress(engine.dialect.loaded_dbapi.Error):
            connection.cursor().execute(_UNLOCK)

    event.listen(engine, "connect", lock)
    event.listen(engine, "close", unlock)
    return engine


def server_reader(url: URL) -> Engine:
    """Make a read-only engine, usable from any thread; each transaction sees one moment."""
    engine = _engine(url, isolation_level="REPEATABLE READ", max_overflow=-1)
    event.listen(engine, "begin", _read_only)
    return engine


def _engine(url: URL, **options: Any) -> Engine:  # noqa: ANN401
    if url.get_backend_name() != "postgresql":
        raise StorageError(
            f"{url.get_backend_name()}: no driver for this kind of database is known to coughd; "
            "write sqlite:///... or postgresql+psycopg://..."
        )
    try:
        return create_engine(
            url,
            pool_pre_ping=True,
            connect_args={name: of for name, of in _PATIENCE.items() if name not in url.query},
            **options,
        )
    except (SQLAlchemyError, ImportError) as exc:
        raise StorageError(
            f"{_shown(url)}: no driver for this kind of database; "
            f"{command_to_add('coughd[postgres]')} and write postgresql+psycopg://..."
        ) from exc


def _shown(url: URL) -> str:
    return without_passwords(url.render_as_string(hide_password=True))


def _read_only(connection: Connection) -> None:
    connection.exec_driver_sql("SET TRANSACTION READ ONLY")
