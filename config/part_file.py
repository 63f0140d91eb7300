"""A file that grows under another name beside its place, and what a crash leaves of such files."""

from __future__ import annotations

import fcntl
import os
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_SUFFIX = ".coughd-part"
_LONGEST_NAME = 200
_TRIES = 20
_TRY_AGAIN_S = 0.005
_BESIDE = ("", "-journal", "-wal", "-shm")
_OURS = re.compile(
    r"\..+\.[a-z0-9_]{8}\.coughd-part(-journal|-wal|-shm)?"
    # So backups were called while they grew, once.
    r"|\.coughd-\d{8}T\d{6}Z\.sqlite3\.part(-journal|-wal|-shm)?",
    re.DOTALL,
)


@contextmanager
def part_beside(target: Path, rest: Callable[[float], None] = time.sleep) -> Iterator[Path]:
    """Give an empty file (mode 0600) in the folder of `target`, with a name that nobody else has.

    What the block leaves of it is deleted, and so is what was left by those who were killed at
    this in the same folder, unless somebody is at it there now. Any process.

    Raises
    ------
    OSError
        The folder is missing or not writable.
    """
    folder = target.parent
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        _delete_left(folder, descriptor)
        _be_at_it(descriptor, rest)
        short = os.fsdecode(os.fsencode(target.name)[:_LONGEST_NAME])
        handle, name = tempfile.mkstemp(prefix=f".{short}.", suffix=_SUFFIX, dir=folder)
        os.close(handle)
        try:
            yield Path(name)
        finally:
            for ending in _BESIDE:
                with suppress(OSError):
                    Path(name + ending).unlink()
    finally:
        os.close(descriptor)


def parts_left(folder: Path) -> list[Path]:
    """Give what was left by those who were killed; nothing while somebody is at it there."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError:
        return []
    try:
        return _left(folder, descriptor)
    finally:
        os.close(descriptor)


def _be_at_it(descriptor: int, rest: Callable[[float], None]) -> None:
    """Let nobody delete parts in this folder until the descriptor is closed."""
    for _ in range(_TRIES):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            rest(_TRY_AGAIN_S)
        except OSError:
            # Some network file systems lock no folders: there nobody may delete, either.
            return
        else:
            return
    # It is no short deletion: somebody runs us under `flock FOLDER`, which keeps others out.


def _delete_left(folder: Path, descriptor: int) -> None:
    for path in _left(folder, descriptor):
        with suppress(OSError):
            path.unlink()


def _left(folder: Path, descriptor: int) -> list[Path]:
    """While this returns something, the folder is locked by the descriptor."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return []
    return sorted(path for path in folder.iterdir() if _OURS.fullmatch(path.name))
