"""The database's errors become one sentence of ours."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from ..config.errors import StorageError, StorageFullError

_REMEDIES = {
    "SQLITE_FULL": "the disk is full; free some space on it",
    "SQLITE_NOTADB": "this is not a SQLite database; move it away or name another file",
    "SQLITE_CORRUPT": "the database is damaged; stop coughd and run `coughd doctor --fix`",
    "SQLITE_READONLY": "it is read-only for this user; make the file and its folder writable",
    "SQLITE_PERM": "this user may not use it; make the file and its folder writable",
    "SQLITE_CANTOPEN": "it cannot be opened; is the file there, and its folder writable?",
    "SQLITE_BUSY": "another process is writing to it; stop that process",
    "SQLITE_IOERR": "the disk reports an error or is full; look at the system's log",
}
# What SQLite says when the disk is full, a quota is used up, or its shared memory finds no room.
_NO_ROOM = {"SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE"}
_DISK_FULL_SQLSTATE = "53100"
_OF_THE_PLACE = {
    "SQLITE_FULL",
    "SQLITE_READONLY",
    "SQLITE_PERM",
    "SQLITE_CANTOPEN",
    "SQLITE_BUSY",
}


@contextmanager
def storage_faults(doing: str) -> Iterator[None]:
    """Raise `StorageError("<doing>: <why>; <what to do>")` for whatever SQLAlchemy raises.

    It is a StorageFullError where room is what is missing.
    """
    try:
        yield
    except SQLAlchemyError as exc:
        kind = StorageFullError if _is_full(exc) else StorageError
        raise kind(f"{doing}: {_why(exc)}") from exc


def hindrance(error: sqlite3.Error) -> str | None:
    """What is the matter with a file's place, and what to do; None where it may be the file."""
    family = _family(error)
    return _REMEDIES[family] if family in _OF_THE_PLACE else None


def _is_full(exc: SQLAlchemyError) -> bool:
    cause = exc.orig if isinstance(exc, DBAPIError) else None
    return (
        getattr(cause, "sqlite_errorname", None) in _NO_ROOM
        or getattr(cause, "sqlstate", None) == _DISK_FULL_SQLSTATE
    )


def _why(exc: SQLAlchemyError) -> str:
    if not isinstance(exc, DBAPIError) or exc.orig is None:
        return f"{exc}"
    # A server's complaint may have several lines.
    return _REMEDIES.get(_family(exc.orig)) or " ".join(f"{exc.orig}".split())


def _family(error: BaseException) -> str:
    """Extended names such as SQLITE_IOERR_WRITE share the remedy of their family."""
    return "_".join(str(getattr(error, "sqlite_errorname", "")).split("_")[:2])
