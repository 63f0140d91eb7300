"""Where a store lies and what a person calls it: a path, or the URL of a database server."""

from __future__ import annotations

import os
from pathlib import Path

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from ..config.errors import StorageError
from ..config.paths import find_paths
from ..config.redaction import without_passwords, without_users

_OF_THE_MACHINE = find_paths({}, 0).data_dir


def store_url(url_or_path: str | Path) -> URL:
    """Read `sqlite:////var/lib/x.db`, `postgresql://...` or a bare path; StorageError."""
    text = str(url_or_path)
    if "://" not in text:
        return URL.create("sqlite", database=str(Path(text).absolute()))
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as exc:
        shown = without_users(text)
        raise StorageError(f"store.url: {shown!r} is not a database URL; write a path") from exc
    if url.get_backend_name() == "sqlite" and not url.database:
        raise StorageError("store.url: a SQLite store needs a file; write sqlite:////path/to/file")
    return url


def store_name(url: URL) -> str:
    """Name a store for a person: its path, or its URL without passwords."""
    path = sqlite_path(url)
    return str(path) if path else without_passwords(url.render_as_string(hide_password=True))


def sqlite_path(url: URL) -> Path | None:
    """Where a SQLite store lies, links followed as SQLite does; None for a database server."""
    if url.get_backend_name() != "sqlite" or url.database is None:
        return None
    return Path(os.path.realpath(url.database))


def store_folder(url_or_path: str | Path) -> Path | None:
    """Where a SQLite store's files lie; None for a database server."""
    path = sqlite_path(store_url(url_or_path))
    return path.parent if path else None


def is_there(path: Path) -> bool:
    """Whether there is something at a store's place; StorageError where this user may not look."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as exc:
        raise StorageError(
            f"{path}: cannot be looked at ({exc.strerror}); try again as root, or as its owner"
        ) from exc
    return True


def no_store(path: Path, uid: int, machine: Path = _OF_THE_MACHINE) -> StorageError:
    """Say that there is none; to somebody else than root, that the machine may have another.

    Whoever asked as the wrong user would start a second daemon to make one.
    """
    says = f"{path}: there is no store yet; `coughd run` makes one"
    if uid == 0 or path.parent == machine or not os.access(machine, os.F_OK):
        return StorageError(says)
    return StorageError(
        f"{says}. Or do you mean the machine's own in {machine}? It is root's: try again with sudo"
    )
