"""A whole file takes its place: a new one, or instead of what is there."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .part_file import part_beside
from .private_file import fsync

_OF_NEW = 0o644


@contextmanager
def in_place_of(path: Path, mode: int | None = None) -> Iterator[Path]:
    """Give an empty file that takes the place of `path` once the block is through.

    A link stays one: what it points to is replaced. Without a `mode` the owner and the mode of
    what is there stay; what is new then is everybody's to read. After an error `path` is what it
    was.

    Raises
    ------
    OSError
        The folder is missing, not writable or full, or the owner cannot be kept.
    """
    target = Path(os.path.realpath(path))
    with part_beside(target) as part:
        yield part
        if mode is None:
            mode = _take_owner(part, target)
        part.chmod(mode)
        fsync(part)
        part.replace(target)
        fsync(target.parent)


def write_new(path: Path, content: bytes) -> None:
    """Put a file there (mode 0600); FileExistsError where there is one, other OSError."""
    with part_beside(path) as part:
        part.write_bytes(content)
        fsync(part)
        place_new(part, path)
        fsync(path.parent)


def place_new(part: Path, target: Path) -> None:
    """Give a whole file the name `target`, unless that is taken: FileExistsError, other OSError."""
    try:
        os.link(part, target)
    except FileExistsError:
        raise
    except OSError:
        # FAT has no second names: there the name is claimed first, by an empty file.
        os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        try:
            part.replace(target)
        except OSError:
            target.unlink()
            raise


def _take_owner(part: Path, target: Path) -> int:
    """Give the part to the owner of what is there; gives the mode of that."""
    try:
        found = target.stat()
    except FileNotFoundError:
        return _OF_NEW
    os.chown(part, found.st_uid, found.st_gid)
    return stat.S_IMODE(found.st_mode)
