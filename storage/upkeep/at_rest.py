"""A store that nobody uses while its files are replaced or deleted."""

from __future__ import annotations

import fcntl
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ...config.errors import AlreadyRunningError
from ..lock import lock_store
from ..place import sqlite_path, store_url

# Which bytes SQLite locks, by its description of the file format: whoever has a store with a
# write-ahead log open holds some of them, be it idle.
_FIRST_BYTE, _BYTES = 0x4000_0000, 512
_QUESTION = "@hhqqi0q"
"""C's `struct flock`: type, whence, start, length, pid."""


@contextmanager
def at_rest(data_dir: Path, store: Path | str) -> Iterator[None]:
    """Keep daemons out of the data directory and of the store.

    To be entered while this process has the store not open.

    Raises
    ------
    AlreadyRunningError
        A daemon uses either, or some process has the store open: a daemon with its data
        directory elsewhere would put it back.
    """
    path = sqlite_path(store_url(store))
    with lock_store(data_dir, store):
        pid = None if path is None else user_of(path)
        if pid is not None:
            raise AlreadyRunningError(
                f"{path}: process {pid} has this store open; stop it, then try again"
            )
        yield


def user_of(path: Path) -> str | None:
    """Name a process (its pid, or `unknown`) that has a SQLite file open; None where nobody has.

    Not for a process that has it open: its locks would be gone after this.
    """
    question = struct.pack(_QUESTION, fcntl.F_WRLCK, os.SEEK_SET, _FIRST_BYTE, _BYTES, 0)
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        kind, _, _, _, pid = struct.unpack(
            _QUESTION, fcntl.fcntl(descriptor, fcntl.F_GETLK, question)
        )
    except OSError:
        return None  # a file system without locks
    finally:
        os.close(descriptor)
    if kind == fcntl.F_UNLCK:
        return None
    return str(pid) if pid > 0 else "unknown"  # it may be another container's
