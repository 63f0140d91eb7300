"""A file that is there in full or not at all."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from ...config.errors import StorageError


@contextmanager
def whole_file(path: Path) -> Iterator[TextIO]:
    """Write a text file (UTF-8) beside `path` and rename it there once the block is through.

    The file is private to its user (0600). After an error `path` is what it was.

    Raises
    ------
    StorageError
        The folder is missing, not writable or full.
    """
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            Path(name).replace(path)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise
    except OSError as exc:
        raise StorageError(
            f"{path}: cannot be written ({exc.strerror or exc}); name a folder that exists and "
            "has room"
        ) from exc
