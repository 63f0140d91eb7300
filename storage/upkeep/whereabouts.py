"""Whether the file that is written is still the one that has the store's name.

SQLite goes on writing into a file that was deleted or replaced under it; what is committed there
is gone with the process. The writer can still read all of it, so it puts it back.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from ...config.errors import StorageError
from ...config.private_file import fsync
from .copying import part_of

Identity: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Which file and which log had the store's name when it was opened."""

    path: Path
    file: Identity | None
    log: Identity | None

    @property
    def whole(self) -> bool:
        """Whether there was one of each."""
        return None not in (self.file, self.log)

    @property
    def unchanged(self) -> bool:
        """Whether both still have it."""
        return self == whereabouts_of(self.path)


def whereabouts_of(path: Path) -> Whereabouts:
    """Look at what has the name now; None where nothing has."""
    return Whereabouts(path, _identity(path), _identity(path.with_name(f"{path.name}-wal")))


def save_into(connection: sqlite3.Connection, path: Path) -> Path:
    """Copy an open store whose file may have no name any more; gives a file beside `path`.

    Raises
    ------
    StorageError
        There is no room, or no right to write there.
    """
    part = part_of(path)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        part.unlink(missing_ok=True)
        part.touch(mode=0o600)
        with closing(sqlite3.connect(part)) as copy:
            connection.backup(copy)
        fsync(part)
    except (OSError, sqlite3.Error) as exc:
        raise StorageError(
            f"{path}: was deleted or replaced, and cannot be put back ({exc}); make room there"
        ) from exc
    return part


def _identity(path: Path) -> Identity | None:
    try:
        found = os.stat(path)  # noqa: PTH116 - as cheap as it can be: asked before each write
    except OSError:
        return None
    return found.st_dev, found.st_ino
