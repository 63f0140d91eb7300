"""The bundle itself: what is in it, and one file that only its owner may read."""

from __future__ import annotations

import io
import json
import os
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from ...config.errors import StorageError, UsageError

_FOLDER = "coughd-support"
Json: TypeAlias = Any


@dataclass(frozen=True, slots=True)
class Part:
    """One file of the bundle."""

    name: str
    holds: str
    """For the person who decides whether to send it."""
    content: bytes


def text_part(name: str, holds: str, text: str) -> Part:
    """A part of plain text."""
    return Part(name, holds, text.encode())


def json_part(name: str, holds: str, document: Json) -> Part:
    """A part in JSON."""
    return text_part(name, holds, json.dumps(document, indent=2, ensure_ascii=False) + "\n")


def write_bundle(path: Path, parts: Sequence[Part]) -> None:
    """Write a tar.gz with mode 0600 that was not there before; UsageError, StorageError."""
    readme = "".join(f"{part.name}: {part.holds}\n" for part in parts)
    every = [text_part("README.txt", "what is in here", readme), *parts]
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    try:
        descriptor = os.open(path, flags, 0o600)
    except FileExistsError as exc:
        raise UsageError(f"{path} exists already; name another file with -o") from exc
    except OSError as exc:
        raise StorageError(f"{path} cannot be written: {exc.strerror}") from exc
    try:
        with (
            os.fdopen(descriptor, "wb") as file,
            tarfile.open(fileobj=file, mode="w:gz") as archive,
        ):
            for part in every:
                entry = tarfile.TarInfo(f"{_FOLDER}/{part.name}")
                entry.size, entry.mode = len(part.content), 0o600
                archive.addfile(entry, io.BytesIO(part.content))
    except OSError as exc:
        path.unlink(missing_ok=True)
        raise StorageError(f"{path} cannot be written: {exc.strerror}") from exc
