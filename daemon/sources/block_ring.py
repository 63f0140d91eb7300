"""The small ring between the sound callback and the pipe; without numpy."""

from __future__ import annotations

from array import array
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HeardBlock:
    """One callback's sound."""

    first_sample: int
    """Native index from the opening, dropped blocks included."""
    sample_frames: int
    monotonic_ns: int
    overflow: bool
    sound: memoryview
    """int16, interleaved; valid until `release`."""


class BlockRing:
    """Blocks of at most `slot_bytes`, one writing thread, one reading thread.

    Full: the new block is dropped and counted, and the next one's index shows the jump. Nothing
    is allocated, locked or raised in `write`. Each index has one writer, and only grows; that a
    store of an index is seen after the stores before it is promised by CPython's GIL.
    """

    def __init__(self, slots: int, slot_bytes: int) -> None:
        self._slots = slots
        self._slot_bytes = slot_bytes
        self._storage = memoryview(bytearray(slots * slot_bytes))
        self._sizes = array("q", bytes(8 * slots))
        self._first_samples = array("q", bytes(8 * slots))
        self._sample_frames = array("q", bytes(8 * slots))
        self._monotonic_ns = array("q", bytes(8 * slots))
        self._overflows = bytearray(slots)
        self._overflow_pending = False
        self._next_sample = 0
        self._written = 0
        self._read = 0
        self.dropped_samples = 0
        """Written by the writing thread."""

    def write(
        self, sound: memoryview, sample_frames: int, monotonic_ns: int, *, overflow: bool
    ) -> None:
        """Keep a copy of the block, or drop it. The sound callback's only call."""
        first_sample = self._next_sample
        self._next_sample += sample_frames
        self._overflow_pending |= overflow
        if self._written - self._read == self._slots:
            self.dropped_samples += sample_frames
            return
        slot = self._written % self._slots
        start = slot * self._slot_bytes
        self._storage[start : start + len(sound)] = sound
        self._sizes[slot] = len(sound)
        self._first_samples[slot] = first_sample
        self._sample_frames[slot] = sample_frames
        self._monotonic_ns[slot] = monotonic_ns
        self._overflows[slot] = self._overflow_pending
        self._overflow_pending = False
        self._written += 1

    def oldest(self) -> HeardBlock | None:
        """The block that was kept longest; None when the ring is empty."""
        if self._read == self._written:
            return None
        slot = self._read % self._slots
        start = slot * self._slot_bytes
        return HeardBlock(
            self._first_samples[slot],
            self._sample_frames[slot],
            self._monotonic_ns[slot],
            bool(self._overflows[slot]),
            self._storage[start : start + self._sizes[slot]],
        )

    def release(self) -> None:
        """Let `oldest` go."""
        self._read += 1
