"""Capture processes that a test plays: what their pipe holds, and when they die."""

from __future__ import annotations

import json

import numpy as np

from coughd.daemon.sources.wire import Flag, Frame, Kind, header


class FakeChild:
    """A capture process whose pipe holds what the test says."""

    def __init__(self) -> None:
        self.pipe = bytearray()
        self.ended = False
        self.killed = False
        self.closed = False
        self.obeys_kill = True
        self._sequence = 0
        self._first_sample = 0

    def says(self, kind: Kind, text: str) -> None:
        self._put(Frame(kind, Flag.NONE, 0, self._sequence, 0, 0, text.encode()))

    def opens(self, rate_hz: int = 16_000, channels: int = 1) -> None:
        told = {"sample_rate_hz": rate_hz, "channels": channels, "device": "fake"}
        self.says(Kind.OPENED, json.dumps(told))

    def hears(
        self,
        *sound: int,
        channels: int = 1,
        skip: int = 0,
        flags: Flag = Flag.NONE,
        at_s: float = 5.0,
    ) -> None:
        self._first_sample += skip
        frames = len(sound) // channels
        payload = np.array(sound, "<i2").tobytes()
        first = self._first_sample
        heard_ns = round(at_s * 1e9)
        self._put(Frame(Kind.SOUND, flags, frames, self._sequence, first, heard_ns, payload))
        self._first_sample += frames

    def _put(self, frame: Frame) -> None:
        self.pipe += header(frame) + frame.payload
        self._sequence += 1

    def fileno(self) -> int | None:
        return 99

    def read(self) -> bytes | None:
        data = bytes(self.pipe)
        self.pipe.clear()
        return data or (b"" if self.ended else None)

    def is_gone(self) -> bool:
        return self.ended or (self.killed and self.obeys_kill)

    def kill(self) -> None:
        self.killed = True

    def close(self) -> None:
        self.closed = True


class FakeStarter:
    """Makes `FakeChild`ren, or fails to."""

    def __init__(self) -> None:
        self.children: list[FakeChild] = []
        self.error: OSError | None = None

    def __call__(self) -> FakeChild:
        if self.error is not None:
            raise self.error
        self.children.append(FakeChild())
        return self.children[-1]
