"""Backups of a SQLite store: made while the daemon writes, checked, and put back."""

from __future__ import annotations

import itertools
import os
import re
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import uuid_utils

from ...config.errors import InputError, StorageError
from ...config.private_file import give_to_owner_of, make_private_folder
from ..place import is_there, no_store, sqlite_path, store_name, store_url
from ..schema import SCHEMA_VERSION
from .copying import Contents, check_store, copy_store, copy_store_to_free
from .placing import put_in_place

_PREFIX, _SUFFIX = "coughd-", ".sqlite3"
_NAME = re.compile(rf"({_PREFIX}.*Z)(?:-(\d+))?{re.escape(_SUFFIX)}")


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did."""

    contents: Contents
    """Of the store that is now in place, with its new `store_id`."""
    aside: Path | None
    """Where the store that was there is now."""


def backup_name(now: datetime, number: int = 1) -> str:
    """Name a backup by its time; another one of the same second gets a number."""
    numbered = f"-{number}" if number > 1 else ""
    return f"{_PREFIX}{now.astimezone(UTC):%Y%m%dT%H%M%SZ}{numbered}{_SUFFIX}"


def back_up(store: Path | str, target: Path) -> Contents:
    """Write a checked copy of a store to a new file; StorageError."""
    source = _source(store)
    _make_folder(target.parent)
    return copy_store(source, target)


def back_up_into(store: Path | str, folder: Path, now: datetime) -> tuple[Path, Contents]:
    """Write a checked copy of a store to a new file by `backup_name` in a folder; StorageError."""
    source = _source(store)
    _make_folder(folder)
    names = (backup_name(now, number) for number in itertools.count(1))
    return copy_store_to_free(source, (folder / name for name in names))


def backups_in(folder: Path) -> list[Path]:
    """Give the backups (by `backup_name`) in a folder, the oldest first."""
    return sorted(
        (path for path in folder.glob(f"{_PREFIX}*{_SUFFIX}") if _NAME.fullmatch(path.name)),
        key=_age,
    )


def drop_older(folder: Path, keep: int, made: Path) -> list[Path]:
    """Delete the oldest backups (by `backup_name`) beyond `keep`; gives which. StorageError.

    `made` is the one of now and stays: a clock that was wrong may have called it the oldest.
    """
    backups = backups_in(folder)
    others = [path for path in backups if path != made]
    dropped = others[: max(len(backups) - keep, 0)]
    for path in dropped:
        try:
            path.unlink(missing_ok=True)
        except OSError as exc:
            raise StorageError(f"{path}: cannot be deleted ({exc.strerror})") from exc
    return dropped


def check_backup(path: Path) -> Contents:
    """Read every page of a backup; InputError where it could not be restored.

    StorageError where this user may not look at it.
    """
    if not (is_there(path) and path.is_file()):
        raise InputError(f"{path}: there is no such file; name a backup")
    try:
        found = check_store(path)
    except StorageError as exc:
        raise InputError(f"{exc}; use another backup") from exc
    if found.schema_version > SCHEMA_VERSION:
        raise InputError(
            f"{path}: it was made by a newer coughd (version {found.schema_version}, this one "
            f"knows up to {SCHEMA_VERSION}); upgrade coughd"
        )
    return found


def restore(backup: Path, store: Path | str, now: datetime) -> Restored:
    """Put a backup in place of the store, which is set aside; the caller sees that it is `at_rest`.

    The store gets a new `store_id`: subscribers learn from it that what they have heard since the
    backup is not in this store. It belongs to whom the former one belonged, or else its folder.
    Raises InputError for the backup, StorageError for the place.
    """
    path = file_of(store)
    check_backup(backup)
    fresh = path.with_name(f"{path.name}.restored")
    _make_folder(path.parent)
    try:
        fresh.unlink(missing_ok=True)
    except OSError as exc:
        raise StorageError(f"{fresh}: cannot be deleted ({exc.strerror})") from exc
    contents = copy_store(backup, fresh, give_new_id)
    try:
        give_to_owner_of(path if path.exists() else path.parent, fresh)
    except OSError as exc:
        raise StorageError(f"{fresh}: cannot be given to its owner ({exc.strerror})") from exc
    return Restored(contents, put_in_place(fresh, path, now))


def give_new_id(connection: sqlite3.Connection) -> None:
    """Make another store of it, in the eyes of subscribers."""
    connection.execute(
        "UPDATE meta SET value = ? WHERE key = 'store_id'", (str(uuid_utils.uuid7()),)
    )
    # It is put in its place on purpose, and was checked.
    connection.execute("UPDATE meta SET value = '' WHERE key = 'home'")


def file_of(store: Path | str) -> Path:
    """Give the file of a SQLite store; StorageError for a database server."""
    url = store_url(store)
    path = sqlite_path(url)
    if path is None:
        raise StorageError(
            f"{store_name(url)}: a database server has its own tools for this, such as pg_dump"
        )
    return path


def _source(store: Path | str) -> Path:
    source = file_of(store)
    if not is_there(source):
        raise no_store(source, os.getuid())
    return source


def _make_folder(folder: Path) -> None:
    """A new one within a service's folder is the service's, also where root makes it."""
    try:
        if not folder.is_dir():
            make_private_folder(folder, owner_of=folder.parent)
    except OSError as exc:
        raise StorageError(
            f"{folder}: cannot be made ({exc.strerror}); name another folder"
        ) from exc


def _age(path: Path) -> tuple[str, int]:
    found = _NAME.fullmatch(path.name)
    return (found[1], int(found[2] or 1)) if found else (path.name, 1)
