"""Which files a folder's models have learnt from: scores on those flatter.

`heard.txt` beside the models has a line for each: the file's size in bytes and the first digits of
its sha256. A copy in another format is another file and is not recognised.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

from ..config.errors import InputError, ModelError
from .runtime import models_folder

_HEARD = "heard.txt"
_DIGITS = 16


def write_known(models_dir: Path, files: Iterable[Path]) -> None:
    """Say which files were learnt from; OSError."""
    lines = sorted({f"{path.stat().st_size} {_digest(path)}" for path in files})
    (models_dir / _HEARD).write_text("\n".join([*lines, ""]), encoding="ascii")


class KnownSound:
    """Files that some models have learnt from; of models that do not say it, none is known."""

    def __init__(self, models_dir: Path | None = None) -> None:
        """Of the shipped models, or those in another folder; ModelError."""
        path = models_folder(models_dir) / _HEARD
        try:
            lines = path.read_text(encoding="ascii").splitlines() if path.exists() else []
        except (OSError, ValueError) as exc:
            raise ModelError(f"{path} cannot be read: {exc}. Restore it, or delete it.") from exc
        self._known = frozenset(lines)
        self._sizes = frozenset(line.partition(" ")[0] for line in lines)

    def has(self, path: Path) -> bool:
        """Whether a file was learnt from; read where its size is one of theirs. InputError."""
        try:
            size = str(path.stat().st_size)
            return size in self._sizes and f"{size} {_digest(path)}" in self._known
        except OSError as exc:
            raise InputError(
                f"{path} cannot be read: {exc.strerror}; check path and rights."
            ) from exc


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:_DIGITS]
