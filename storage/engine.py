"""How a database is opened: one connection that writes, short read-only ones beside it."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.pool import NullPool, QueuePool

from ..config.errors import StorageError
from .place import is_there, no_store, sqlite_path
from .server import server_reader, server_writer

BUSY_TIMEOUT_MS = 5_000
_BESIDE_BYTES = 65_536
"""More than the file that SQLite makes beside a store to read it: the index of its log."""


def open_writer(url: URL) -> Engine:
    """Make the engine of the one writing connection; a new file is private to its user.

    Raises
    ------
    StorageError
        The folder cannot be made or written, or there is no driver for the URL.
    AlreadyRunningError
        Raised by the first use: another process writes the store of a database server.
    """
    path = sqlite_path(url)
    if path is None:
        return server_writer(url)
    _make_private_file(path)
    return reopen_writer(path)


def reopen_writer(path: Path) -> Engine:
    """Make the engine of the one writing connection to a file; its first use fails without it."""
    engine = create_engine("sqlite://", creator=lambda: _connect(path, "rw"), poolclass=NullPool)
    event.listen(engine, "connect", _prepare_writing)
    # sqlite3 would begin only at the first INSERT; what a transaction reads belongs to it.
    event.listen(engine, "begin", _begin_writing)
    return engine


def open_reader(url: URL) -> Engine:
    """Make a read-only engine, usable from any thread; a missing file is a StorageError."""
    path = sqlite_path(url)
    if path is None:
        return server_reader(url)
    if not is_there(path):
        raise no_store(path, os.getuid())
    if path.is_dir():
        raise StorageError(f"{path}: is a folder; name the store in it, {path}/coughd.sqlite3")
    engine = create_engine(
        "sqlite://", creator=lambda: _connect_reader(path), poolclass=QueuePool, max_overflow=-1
    )
    event.listen(engine, "begin", _begin_reading)
    return engine


def _connect_reader(path: Path) -> sqlite3.Connection:
    """Readers of a write-ahead log make a file beside it, unless nobody can be writing there."""
    connection = _connect(path, "ro")
    try:
        connection.execute("SELECT 1 FROM sqlite_master LIMIT 1")
    except sqlite3.Error as error:
        connection.close()
        if isinstance(error, sqlite3.OperationalError) and _nobody_writes(path):
            return _connect(path, "ro&immutable=1")
        raise
    return connection


def _nobody_writes(path: Path) -> bool:
    log = path.with_name(path.name + "-wal")
    if log.exists() and log.stat().st_size:
        return False  # not all of the store is in its file
    disk = os.statvfs(path)
    return bool(disk.f_flag & os.ST_RDONLY) or disk.f_bavail * disk.f_frsize < _BESIDE_BYTES


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        f"file:{quote(os.fsencode(path))}?mode={mode}",
        uri=True,
        timeout=BUSY_TIMEOUT_MS / 1000,
        isolation_level=None,
        check_same_thread=False,
    )
    connection.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    return connection


def _prepare_writing(connection: sqlite3.Connection, _record: Any) -> None:  # noqa: ANN401
    mode = connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
    if mode != "wal":
        raise StorageError(
            "the store's file system cannot hold a write-ahead log; put the store on a local disk"
        )
    # A commit is told to subscribers, so it must survive a power cut: FULL, not NORMAL.
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    # What is deleted is overwritten with zeros; Debian's SQLite does so anyway, others do not.
    connection.execute("PRAGMA secure_delete=ON")


def _begin_writing(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _begin_reading(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")


def _make_private_file(path: Path) -> None:
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # SQLite gives -wal and -shm the mode of the database.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError as exc:
        raise StorageError(
            f"{path}: cannot be made or written ({exc.strerror}); make the data directory "
            "writable for this user or name another one in store.data_dir"
        ) from exc
