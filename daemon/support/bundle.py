"""The bundle itself: what is in it, and one file that only its owner may read."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from ...config.errors import StorageError, UsageError
from ...config.in_place import write_new

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
    # Names of files may be no text.
    return Part(name, holds, text.encode("utf-8", "replace"))


def json_part(name: str, holds: str, document: Json) -> Part:
    """A part in JSON."""
    return text_part(name, holds, json.dumps(document, indent=2, ensure_ascii=False) + "\n")


def write_bundle(path: Path, parts: Sequence[Part]) -> None:
    """Write a new tar.gz (mode 0600), whole or not at all; UsageError, StorageError."""
    readme = "".join(f"{part.name}: {part.holds}\n" for part in parts)
    every = [text_part("README.txt", "what is in here", readme), *parts]
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for part in every:
            entry = tarfile.TarInfo(f"{_FOLDER}/{part.name}")
            entry.size, entry.mode = len(part.content), 0o600
            archive.addfile(entry, io.BytesIO(part.content))
    try:
        write_new(path, packed.getvalue())
    except FileExistsError as exc:
        raise UsageError(f"{path} exists already; name another file with -o") from exc
    except OSError as exc:
        raise StorageError(f"{path} cannot be written: {exc.strerror}") from exc
