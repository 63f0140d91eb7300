"""A new store takes the place of the one that has its name, which is set aside."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from ...config.errors import StorageError
from ...config.private_file import fsync


def put_in_place(fresh: Path, path: Path, now: datetime, why: str = "aside") -> Path | None:
    """Give a new store its place; gives the new name of the one that was there. StorageError.

    There is a store at `path` at every moment: the old one gets a second name, then the new one
    takes its first. Where the file system has no second names, the old one is renamed before.
    """
    aside = None
    try:
        if path.exists():
            aside = path.with_name(f"{path.name}.{why}-{now.astimezone(UTC):%Y%m%dT%H%M%S.%fZ}")
            _give_second_name(path, aside)
        for ending in ("-wal", "-shm"):
            beside = path.with_name(path.name + ending)
            if aside is not None and beside.exists():
                beside.rename(aside.with_name(aside.name + ending))
            else:
                beside.unlink(missing_ok=True)
        fresh.rename(path)
        fsync(path.parent)
    except OSError as exc:
        raise StorageError(
            f"{path}: the store there cannot be set aside ({exc.strerror}); the new one is {fresh}"
        ) from exc
    return aside


def _give_second_name(path: Path, aside: Path) -> None:
    try:
        os.link(path, aside)
    except FileExistsError:
        raise
    except OSError:
        path.rename(aside)
