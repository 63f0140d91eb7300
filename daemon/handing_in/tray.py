"""The folder in which commands lay what a running daemon shall write; it takes every file away.

What lies there when the daemon is killed is taken by the next one: nothing that was laid down is
lost. Only the owner of the data directory can lay anything into it.
"""

from __future__ import annotations

import errno
import os
import re
import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from ...config.errors import InputError, StorageError
from ...config.private_file import make_private_folder, write_private
from .document import HandedIn, decode, encode

FOLDER_NAME = "handed-in"
_ENDING = ".json"
_REFUSED = ".refused"
_NAME = re.compile(r"([0-9]{20})-[0-9a-f]{8}\.json")
"""Nanoseconds since 1970, by the clock or after what lay there before."""
_LOOK_S = 0.05
_DRAFT_S = 3600.0
LARGEST_BYTES = 4 << 20


def tray_of(data_dir: Path) -> Path:
    """Where the tray of a data directory is."""
    return data_dir / FOLDER_NAME


def lay_down(
    data_dir: Path, changes: Sequence[HandedIn], clock: Callable[[], int] = time.time_ns
) -> Path:
    """Write a document into the tray, whole or not at all, after what lies there; StorageError."""
    tray = tray_of(data_dir)
    try:
        make_private_folder(tray, owner_of=data_dir)
        # A clock that was set back must not put it before what was said earlier.
        number = max([clock(), *(1 + _number(each) for each in waiting(data_dir))])
        path = tray / f"{number:020d}-{uuid.uuid4().hex[:8]}{_ENDING}"
        write_private(path, encode(changes), owner_of=data_dir)
    except OSError as exc:
        raise StorageError(
            f"{tray}: cannot be written ({exc.strerror}); is this the service's? Then use sudo."
        ) from exc
    return path


def waiting(data_dir: Path) -> list[Path]:
    """What lies in the tray, the oldest first; StorageError."""
    return _ending_in(_ENDING, data_dir)


def drop_drafts(data_dir: Path, clock: Callable[[], float] = time.time) -> None:
    """Delete what commands were cut short over, too long ago for one to be at it still.

    What cannot be deleted stays.
    """
    written_before_s = clock() - _DRAFT_S
    with suppress(OSError), os.scandir(tray_of(data_dir)) as entries:
        for entry in entries:
            is_draft = entry.name.endswith(f"{_ENDING}.new")
            if is_draft and entry.stat(follow_symlinks=False).st_mtime < written_before_s:
                Path(entry).unlink()


def aside_of(path: Path) -> Path:
    """Where in the tray lies what could not be read, and is not looked at again."""
    return path.with_name(path.name + _REFUSED)


def refused(data_dir: Path) -> list[Path]:
    """What was set aside (`aside_of`), the oldest first; StorageError."""
    return _ending_in(_ENDING + _REFUSED, data_dir)


def _ending_in(ending: str, data_dir: Path) -> list[Path]:
    try:
        with os.scandir(tray_of(data_dir)) as entries:
            names = sorted(entry.name for entry in entries if entry.name.endswith(ending))
    except FileNotFoundError:
        return []
    except OSError as exc:
        raise StorageError(f"{tray_of(data_dir)}: cannot be read ({exc.strerror})") from exc
    return [tray_of(data_dir) / name for name in names]


def _number(path: Path) -> int:
    """Its place in the order; -1 for a name that is not ours."""
    found = _NAME.fullmatch(path.name)
    return int(found[1]) if found else -1


def read_document(path: Path) -> list[HandedIn]:
    """Read what lies in the tray; InputError for what is no document of ours, StorageError."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as file:
            content = file.read(LARGEST_BYTES + 1)
    except OSError as exc:
        if exc.errno in {errno.EISDIR, errno.ELOOP}:
            raise InputError("is no file of its own") from exc
        raise StorageError(f"{path}: cannot be read ({exc.strerror})") from exc
    if len(content) > LARGEST_BYTES:
        raise InputError(f"is longer than {LARGEST_BYTES} bytes")
    return decode(content)


def take_away(path: Path) -> None:
    """Delete what was committed, or may be laid down no longer; StorageError."""
    try:
        path.unlink(missing_ok=True)
    except OSError as exc:
        raise StorageError(f"{path}: cannot be deleted ({exc.strerror})") from exc


def wait_until_taken(
    path: Path,
    patience_s: float,
    clock: Callable[[], float] = time.monotonic,
    rest: Callable[[float], None] = time.sleep,
    nobody_will: Callable[[], bool] = lambda: False,
) -> bool:
    """Wait until the daemon has committed what the file says; False where it has not by then.

    False at once where nobody will.
    """
    deadline_s = clock() + patience_s
    while path.exists():
        if nobody_will() or clock() >= deadline_s:
            return False
        rest(_LOOK_S)
    return True
