"""A file that is there in full or not at all."""

from __future__ import annotations

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from ...config.errors import StorageError
from ...config.in_place import in_place_of

_SQLITE = b"SQLite format 3\0"


@contextmanager
def whole_file(path: Path, mode: int = 0o600) -> Iterator[TextIO]:
    """Write a text file (UTF-8) beside `path` and rename it there once the block is through.

    The file is private to its user, unless another mode is asked for. After an error `path` is
    what it was. A link stays one: what it points to is written. What is no file, such as a pipe or
    a device, is written straight into.

    Raises
    ------
    StorageError
        The folder is missing, not writable or full; or `path` is a database, such as the store.
    """
    try:
        if _is_special(path):
            with path.open("w", encoding="utf-8", newline="") as stream:
                yield stream
            return
        if _is_database(path):
            raise StorageError(f"{path}: is a database, which is not written over; name another")
        with (
            in_place_of(path, mode) as part,
            part.open("w", encoding="utf-8", newline="") as stream,
        ):
            yield stream
    except IsADirectoryError as exc:
        raise StorageError(f"{path}: is a folder; name a file in it") from exc
    except OSError as exc:
        raise StorageError(
            f"{path}: cannot be written ({exc.strerror or exc}); name a folder that exists and "
            "has room"
        ) from exc


def _is_special(path: Path) -> bool:
    try:
        return not stat.S_ISREG(path.stat().st_mode)
    except FileNotFoundError:
        return False


def _is_database(path: Path) -> bool:
    try:
        with path.open("rb") as stream:
            return stream.read(len(_SQLITE)) == _SQLITE
    except (FileNotFoundError, PermissionError):
        return False
