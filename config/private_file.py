"""A small file that is there in full or not at all, for its owner alone."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def write_private(path: Path, content: bytes, *, owner_of: Path | None = None) -> None:
    """Put a file there (mode 0600), on the disk when this returns; any thread.

    With `owner_of`, root gives the file to the owner of that path: what a command writes for the
    service must be the service's.

    Raises
    ------
    OSError
        `path` is what it was, and nothing lies beside it.
    """
    draft = path.with_name(f".{path.name}.new")
    try:
        # What a crash left goes; what another put there is never followed or written into.
        draft.unlink(missing_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with os.fdopen(os.open(draft, flags, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            if owner_of is not None and os.geteuid() == 0:
                owner = owner_of.stat()
                os.fchown(file.fileno(), owner.st_uid, owner.st_gid)
            os.fsync(file.fileno())
        draft.replace(path)
        fsync(path.parent)
    except OSError:
        with suppress(OSError):
            draft.unlink()
        raise


def fsync(path: Path) -> None:
    """Wait until a file, or a folder's names, are on the disk; OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
