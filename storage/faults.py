"""The database's errors become one sentence of ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from ..config.errors import StorageError

_REMEDIES = {
    "SQLITE_FULL": "the disk is full; free some space on it",
    "SQLITE_NOTADB": "this is not a SQLite database; move it away or name another file",
    "SQLITE_CORRUPT": "the database is damaged; move it away and restore a backup",
    "SQLITE_READONLY": "it is read-only for this user; make the file and its folder writable",
    "SQLITE_PERM": "this user may not use it; make the file and its folder writable",
    "SQLITE_CANTOPEN": "it cannot be opened; is the file there, and its folder writable?",
    "SQLITE_BUSY": "another process is writing to it; stop that process",
    "SQLITE_IOERR": "the disk reports an error or is full; look at the system's log",
}


@contextmanager
def storage_faults(doing: str) -> Iterator[None]:
    """Raise `StorageError("<doing>: <why>; <what to do>")` for whatever SQLAlchemy raises."""
    try:
        yield
    except SQLAlchemyError as exc:
        raise StorageError(f"{doing}: {_why(exc)}") from exc


def _why(exc: SQLAlchemyError) -> str:
    if not isinstance(exc, DBAPIError) or exc.orig is None:
        return f"{exc}"
    name = str(getattr(exc.orig, "sqlite_errorname", ""))
    # Extended names such as SQLITE_IOERR_WRITE share the remedy of their family.
    family = "_".join(name.split("_")[:2])
    return _REMEDIES.get(family) or f"{exc.orig}"
