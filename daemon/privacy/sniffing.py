"""What a file is by its first bytes: sound, text, a database, nothing, or something else."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, TypeAlias

Form: TypeAlias = Literal["sound", "text", "sqlite", "empty", "unknown", "unreadable", "special"]
"""`special`: a socket, a pipe, a device, a folder; it is not opened."""

_LOOKED_AT_BYTES = 4096
_SOUND = (
    b"fLaC",
    b"OggS",
    b"ID3",
    b"\xff\xfb",
    b"\xff\xf3",
    b"\xff\xf2",
    b"FORM",
    b".snd",
    b"caff",
)
_RIFF = (b"RIFF", b"RIFX", b"RF64")
_SQLITE = (b"SQLite format 3\0", b"\x37\x7f\x06\x82", b"\x37\x7f\x06\x83")  # a store, its log


def form_of(path: Path) -> Form:
    """Look at a regular file; sound without any header is `unknown`."""
    try:
        with path.open("rb") as file:
            start = file.read(_LOOKED_AT_BYTES)
    except OSError:
        return "unreadable"
    if not start:
        return "empty"
    if start.startswith(_SOUND) or (start.startswith(_RIFF) and start[8:12] == b"WAVE"):
        return "sound"
    if start.startswith(_SQLITE):
        return "sqlite"
    return "text" if _is_text(start) else "unknown"


def _is_text(start: bytes) -> bool:
    # A character may be cut in two at the end of what was read.
    ends = [start] if len(start) < _LOOKED_AT_BYTES else [start[: len(start) - n] for n in range(4)]
    return b"\0" not in start and any(_decodes(each) for each in ends)


def _decodes(raw: bytes) -> bool:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True
