"""Whether a file's end is missing, where the decoder would call a shorter file whole."""

from __future__ import annotations

import struct
from typing import BinaryIO

_LARGEST_OGG_PAGE = 65_307
_UNKNOWN_SIZES = range(0x7FFFF000, 0x1_0000_0000)
"""What programs that write into a pipe leave in a WAV header; a true size of 2 GiB and more is not
told from it."""


def broken_off(file: BinaryIO) -> bool:
    """Whether a WAV's sound chunk or an Ogg stream has lost its end. False for all else."""
    file.seek(0)
    magic = file.read(12)
    if magic[:4] == b"RIFF" and magic[8:] == b"WAVE":
        return _wav_is_short(file)
    return magic[:4] == b"OggS" and _ogg_has_no_last_page(file)


def _wav_is_short(file: BinaryIO) -> bool:
    size = file.seek(0, 2)
    at = 12
    while at + 8 <= size:
        file.seek(at)
        name, length = struct.unpack("<4sI", file.read(8))
        if name == b"data":
            return length not in _UNKNOWN_SIZES and at + 8 + length > size
        at += 8 + length + length % 2
    return True


def _ogg_has_no_last_page(file: BinaryIO) -> bool:
    size = file.seek(0, 2)
    file.seek(max(0, size - _LARGEST_OGG_PAGE))
    tail = file.read()
    page = tail.rfind(b"OggS\0")
    header = tail[page : page + 27]
    if page < 0 or len(header) < 27:
        return True
    segments = tail[page + 27 : page + 27 + header[26]]
    last_page = header[5] & 4
    return not last_page or page + 27 + header[26] + sum(segments) > len(tail)
