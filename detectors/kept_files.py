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
        raise StorageError(f"{folder}: cannot be made ({exc.strerror}){_remedy(exc)}") from exc


def keep_file(path: Path, content: bytes) -> None:
    """Write a private file whole or not at all; a crash leaves the former one. StorageError."""
    try:
        write_private(path, content, owner_of=path.parent)
    except OSError as exc:
        raise StorageError(f"{path}: cannot be written ({exc.strerror}){_remedy(exc)}") from exc


def names_in(folder: Path) -> list[str]:
    """What lies in this folder, nothing where there is none; StorageError."""
    try:
        return [path.name for path in folder.iterdir()]
    except FileNotFoundError:
        return []
    except OSError as exc:
        raise StorageError(f"{folder}: cannot be read ({exc.strerror}){_remedy(exc)}") from exc


def _remedy(exc: OSError) -> str:
    return "; is this the service's? Then use sudo." if isinstance(exc, PermissionError) else "."
