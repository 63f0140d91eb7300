"""What was fitted at this site, kept in a folder of the data directory, private and whole."""

from __future__ import annotations

from pathlib import Path

from ..config.errors import StorageError
from ..config.private_file import make_private_folder, write_private


def make_folder(folder: Path) -> None:
    """Let there be this folder; StorageError."""
    try:
        make_private_folder(folder, owner_of=folder.parent)
    except OSError as exc:
        raise StorageError(f"{folder}: cannot be made ({exc.strerror}).") from exc


def keep_file(path: Path, content: bytes) -> None:
    """Write a private file whole or not at all; a crash leaves the former one. StorageError."""
    try:
        write_private(path, content, owner_of=path.parent)
    except OSError as exc:
        raise StorageError(
            f"{path}: cannot be written ({exc.strerror}); is this the service's? Then use sudo."
        ) from exc
