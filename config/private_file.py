"""Files and folders for their owner alone; a file is there in full or not at all."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def write_private(path: Path, content: bytes, *, owner_of: Path | None = None) -> None:
    """Put a file there (mode 0600), on the disk when this returns; any thread.

    With `owner_of`, root gives the file to the owner of that path.

    Raises
    ------
    OSError
        `path` is what it was, and nothing lies beside it; so too where a signal interrupts it.
    """
    draft = path.with_name(f".{path.name}.new")
    try:
        # What a crash left goes; what another put there is never followed or written into.
        draft.unlink(missing_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(draft, flags, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            if owner_of is not None:
                give_to_owner_of(owner_of, file.fileno())
            os.fsync(file.fileno())
        draft.replace(path)
        fsync(path.parent)
    except BaseException:
        with suppress(OSError):
            draft.unlink()
        raise


def make_private_folder(folder: Path, *, owner_of: Path) -> None:
    """Let there be a folder (mode 0700 if it is new), which root gives to the owner of a path.

    Raises
    ------
    OSError
        Also where something else has its name: a link, by which root would give away what the
        link points to, is not followed.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        give_to_owner_of(owner_of, descriptor)
    finally:
        os.close(descriptor)


def give_to_owner_of(path: Path, made: Path | int) -> None:
    """Give a file or descriptor to the owner of a path; OSError.

    What root makes for a service must be the service's; others can give nothing away.
    """
    if os.geteuid() == 0:
        owner = path.stat()
        if isinstance(made, int):
            os.fchown(made, owner.st_uid, owner.st_gid)
        else:
            os.lchown(made, owner.st_uid, owner.st_gid)


def fsync(path: Path) -> None:
    """Wait until a file, or a folder's names, are on the disk; OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
