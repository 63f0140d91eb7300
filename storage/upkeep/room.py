"""How much room there is on the disk and in the store, and a file to be given up for more."""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from ...config.errors import StorageError

BALLAST_NAME = "coughd.ballast"
MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class Usage:
    """What a SQLite store takes of its file, in bytes."""

    used: int
    reusable: int
    """In the file, but free: what is written next takes no room of the disk."""


def usage_of(connection: Connection) -> Usage | None:
    """Read it of an open store; None for a database server, which sees to itself."""
    if connection.dialect.name != "sqlite":
        return None
    pages, free_pages, page_bytes = (
        int(connection.exec_driver_sql(f"PRAGMA {name}").scalar_one())
        for name in ("page_count", "freelist_count", "page_size")
    )
    return Usage((pages - free_pages) * page_bytes, free_pages * page_bytes)


def free_bytes(folder: Path) -> int:
    """What this user may still write below the folder; StorageError where it cannot be told."""
    try:
        found = os.statvfs(folder)
    except OSError as exc:
        raise StorageError(f"{folder}: cannot be looked at ({exc.strerror}); is it there?") from exc
    return found.f_bavail * found.f_frsize


class Ballast:
    """A file of so many bytes beside the store; deleting rows needs room too, and this gives it.

    Parameters
    ----------
    size
        0: there is none, and one of an earlier configuration is removed.
    """

    def __init__(self, data_dir: Path, size: int) -> None:
        self._path = data_dir / BALLAST_NAME
        self._size = size

    @property
    def is_there(self) -> bool:
        """Whether there is room to be given up."""
        return self._path.exists()

    def give_up(self) -> bool:
        """Remove the file; False where there was none, or it cannot be removed."""
        try:
            self._path.unlink()
        except OSError:
            return False
        return True

    def take(self) -> bool:
        """Make the file where it is missing or of another size; False where there is no room."""
        if self._size == 0:
            self.give_up()
            return True
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError:
            return False
        try:
            os.ftruncate(descriptor, self._size)
            os.posix_fallocate(descriptor, 0, self._size)
        except OSError as exc:
            # A file system that cannot reserve room would be deceived by a sparse file.
            if exc.errno != errno.EINTR:
                self.give_up()
            return False
        finally:
            os.close(descriptor)
        return True
