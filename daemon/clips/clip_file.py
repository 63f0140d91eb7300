"""One clip as a file: a readable line that says what it is, then sealed FLAC."""

from __future__ import annotations

import io
import json
import math
import os
import re
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import soundfile

from ...config.errors import InputError
from ...detectors.ports import SAMPLE_RATE_HZ, Samples
from .sealing import ClipKey

ENDING = ".clip"
_FIRST_LINE = b"coughd clip 1\n"
_LONGEST_HEADER_BYTES = 4096
LARGEST_CLIP_BYTES = 1_000_000
"""Two seconds of noise take 65 kB."""
_EVENT_ID = re.compile(r"[0-9a-f-]{36}")


@dataclass(frozen=True, slots=True)
class ClipHeader:
    """What can be read without the key; the seal holds it too, so it cannot be changed."""

    event_id: str
    source_id: str
    onset_us: int
    """UTC."""
    onset_s: float
    """Where in the clip the cough begins."""
    probability: float


def is_event_id(text: str) -> bool:
    """Whether it can name a clip."""
    return _EVENT_ID.fullmatch(text) is not None


def clip_path(folder: Path, event_id: str) -> Path:
    """Where an event's clip is; InputError for what is no event's id."""
    if not is_event_id(event_id):
        raise InputError(f"{event_id!r} is not the id of an event")
    return folder / f"{event_id}{ENDING}"


def encode_clip(header: ClipHeader, samples: Samples, key: ClipKey) -> bytes:
    """Give the file's bytes; `samples` [shape=(n,)] at 16 kHz."""
    flac = io.BytesIO()
    bounded = np.clip(samples, -1.0, 1.0)
    soundfile.write(flac, bounded, SAMPLE_RATE_HZ, format="FLAC", subtype="PCM_16")
    return _sealed(header, flac.getvalue(), key)


def moved_clip(path: Path, by_us: int, key: ClipKey) -> bytes:
    """Give the bytes of a clip with its time corrected; InputError as `read_clip`."""
    header, flac = _opened(path, key)
    return _sealed(replace(header, onset_us=header.onset_us + by_us), flac, key)


def read_header(path: Path) -> ClipHeader:
    """Read what needs no key; InputError where it is not a clip."""
    return _split(_read(path, len(_FIRST_LINE) + _LONGEST_HEADER_BYTES), path)[0]


def read_clip(path: Path, key: ClipKey) -> tuple[ClipHeader, Samples]:
    """Decrypt a clip; InputError where it is none, was changed, or is another key's."""
    header, flac = _opened(path, key)
    samples, _ = soundfile.read(io.BytesIO(flac), dtype="float32")
    return header, samples


def _sealed(header: ClipHeader, flac: bytes, key: ClipKey) -> bytes:
    readable = _FIRST_LINE + json.dumps(asdict(header), allow_nan=False).encode() + b"\n"
    return readable + key.seal(flac, readable)


def _opened(path: Path, key: ClipKey) -> tuple[ClipHeader, bytes]:
    content = _read(path, LARGEST_CLIP_BYTES)
    header, readable = _split(content, path)
    try:
        flac = key.open(content[len(readable) :], readable)
    except InputError as exc:
        raise InputError(f"{path}: {exc}") from exc
    if path.name != f"{header.event_id}{ENDING}":
        raise InputError(f"{path}: it was renamed; it is the clip of {header.event_id}")
    return header, flac


def _read(path: Path, limit: int) -> bytes:
    try:
        # Whatever has a clip's name: no link is followed, and no pipe waited for.
        flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        with os.fdopen(os.open(path, flags), "rb") as file:
            return file.read(limit)
    except FileNotFoundError as exc:
        raise InputError(f"{path.stem}: there is no clip of this event") from exc
    except OSError as exc:
        raise InputError(f"cannot read {path}: {exc.strerror}") from exc


def _split(content: bytes, path: Path) -> tuple[ClipHeader, bytes]:
    end = content.find(b"\n", len(_FIRST_LINE), len(_FIRST_LINE) + _LONGEST_HEADER_BYTES)
    if not content.startswith(_FIRST_LINE) or end < 0:
        raise InputError(f"{path} is not a clip of coughd")
    readable = content[: end + 1]
    try:
        header = ClipHeader(**json.loads(readable[len(_FIRST_LINE) :]))
        whole = _is_whole(header)
    except (ValueError, TypeError, RecursionError) as exc:
        raise InputError(f"{path} is not a clip of coughd") from exc
    if not whole:
        raise InputError(f"{path} is not a clip of coughd")
    return header, readable


def _is_whole(header: ClipHeader) -> bool:
    numbers = (header.onset_s, header.probability)
    return (
        isinstance(header.event_id, str)
        and _EVENT_ID.fullmatch(header.event_id) is not None
        and isinstance(header.source_id, str)
        and type(header.onset_us) is int
        and abs(header.onset_us) < 10**17
        and all(isinstance(each, float) and math.isfinite(each) for each in numbers)
    )
