"""What passes through the pipe from a capture process to the daemon.

One frame after another: a header of 40 bytes, then its payload. Without numpy, which the capture
process does not load.
"""

from __future__ import annotations

import enum
import struct
from collections.abc import Iterator
from dataclasses import dataclass

_HEADER = struct.Struct("<4sHHIIQQQ")
_MAGIC = b"CGHD"
_MAX_PAYLOAD_BYTES = 1 << 22
"""A second of 8 channels at 192 kHz is 3 MB; more is no frame of ours."""


class Kind(enum.IntEnum):
    """What the payload is."""

    OPENED = 1
    """JSON: `sample_rate_hz`, `channels`, `device`."""
    SOUND = 2
    """int16, little endian, channels interleaved."""
    FAULT = 3
    """UTF-8: the sentence with which the process ends."""
    NOTE = 4
    """UTF-8: a sentence for the log; capturing goes on."""


_KINDS = {kind.value: kind for kind in Kind}


class Flag(enum.IntFlag):
    """What befell the sound just before this frame."""

    NONE = 0
    OVERFLOW = 1
    """The device lost some, an unknown number."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One message."""

    kind: Kind
    flags: Flag
    sample_frames: int
    """Of sound: how many samples per channel."""
    sequence: int
    """Counts every frame from 0; a jump means that the pipe is broken."""
    first_sample: int
    """Native index from the opening; a jump means that this many were dropped."""
    monotonic_ns: int
    """CLOCK_MONOTONIC when the first sample was heard."""
    payload: bytes | memoryview


class BrokenWireError(Exception):
    """The bytes are no frames of ours: the writer must be started again."""


def header(frame: Frame) -> bytes:
    """The bytes that precede the payload."""
    return _HEADER.pack(
        _MAGIC,
        frame.kind,
        frame.flags,
        frame.sample_frames,
        len(frame.payload),
        frame.sequence,
        frame.first_sample,
        frame.monotonic_ns,
    )


class FrameReader:
    """Cuts the bytes of a pipe into frames, however they arrive."""

    def __init__(self) -> None:
        self._bytes = bytearray()
        self._next_sequence = 0

    def feed(self, received: bytes) -> Iterator[Frame]:
        """The frames that are complete now; BrokenWireError at the first that is none."""
        self._bytes += received
        while len(self._bytes) >= _HEADER.size:
            magic, kind, flags, sample_frames, size, sequence, first_sample, monotonic_ns = (
                _HEADER.unpack_from(self._bytes)
            )
            if magic != _MAGIC or size > _MAX_PAYLOAD_BYTES or kind not in _KINDS:
                raise BrokenWireError
            if sequence != self._next_sequence:
                raise BrokenWireError
            end = _HEADER.size + size
            if len(self._bytes) < end:
                return
            with memoryview(self._bytes) as whole:
                payload = bytes(whole[_HEADER.size : end])
            del self._bytes[:end]
            self._next_sequence += 1
            yield Frame(
                _KINDS[kind],
                Flag(flags) if flags else Flag.NONE,
                sample_frames,
                sequence,
                first_sample,
                monotonic_ns,
                payload,
            )
