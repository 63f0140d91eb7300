"""What a made-up microphone gives: a thread that writes sound into a sound server's FIFO."""

from __future__ import annotations

import math
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray
from patience import until

Sound: TypeAlias = Literal["room", "zeros", "constant", "clipped"]
_BLOCK_S = 0.02


class Feed:
    """Writes a block every 20 ms, as a device would; a test changes what, and how fast.

    The thread `feed` paces itself by the clock. What nobody takes is lost, as with a device; a
    server that comes back is fed again.
    """

    def __init__(self, fifo: Path, rate_hz: int) -> None:
        self.sound: Sound = "room"
        self._fifo = fifo
        self._true_rate_hz = rate_hz
        self._rate_hz = rate_hz
        self._flows = threading.Event()
        self._flows.set()
        self._stands = threading.Event()
        self._stood_s = 0.0
        self._ended = threading.Event()
        self._descriptor: int | None = None
        self._recording = np.empty(0, np.int16)
        self._play_at_s = math.inf
        self._rng = np.random.default_rng(3)
        self._thread = threading.Thread(target=self._run, name="feed", daemon=True)
        self._thread.start()

    def pause(self) -> None:
        """Give nothing any more."""
        self._flows.clear()

    def go_on(self) -> None:
        """Give sound again, from now on."""
        self._flows.set()

    def lose(self, seconds: float) -> float:
        """Give nothing for so long, or longer on a busy machine; nobody is told. Gives how long."""
        before_s = self._stood_s
        self.pause()
        until(self._stands.is_set)
        self._ended.wait(seconds)
        self.go_on()
        until(lambda: self._stood_s > before_s)
        return self._stood_s - before_s

    def set_rate(self, rate_hz: int) -> None:
        """Give so many samples a second from now on, whatever the server was told."""
        self._true_rate_hz = rate_hz

    def play(self, recording: NDArray[np.int16], start_s: float) -> None:
        """Let this be heard once, at the feed's rate, from that `time.monotonic()` on."""
        # In this order: the thread looks at the moment only where there is a recording.
        self._play_at_s = start_s
        self._recording = recording

    def end(self) -> None:
        self._ended.set()
        self._flows.set()
        self._thread.join(5)
        self._hang_up()

    def _run(self) -> None:
        due_s = time.monotonic()
        while not self._ended.is_set():
            if not self._flows.is_set():
                self._stands.set()
                self._flows.wait()
                self._stands.clear()
                stood_s, due_s = time.monotonic() - due_s, time.monotonic()
                self._stood_s += stood_s
            block = self._block(round(self._rate_hz * _BLOCK_S))
            self._mix(block, due_s)
            self._write(block.tobytes())
            due_s += block.size / self._true_rate_hz
            self._ended.wait(max(0.0, due_s - time.monotonic()))

    def _mix(self, block: NDArray[np.int16], now_s: float) -> None:
        """Add what of the recording is to be heard now."""
        if not self._recording.size:
            return
        passed = round((now_s - self._play_at_s) * self._rate_hz)
        start, end = max(0, passed), min(self._recording.size, passed + block.size)
        if start < end:
            block[start - passed : end - passed] += self._recording[start:end]

    def _write(self, sound: bytes) -> None:
        try:
            if self._descriptor is None:
                self._descriptor = os.open(self._fifo, os.O_WRONLY | os.O_NONBLOCK)
            os.write(self._descriptor, sound)
        except BlockingIOError:
            pass
        except OSError:
            self._hang_up()

    def _hang_up(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _block(self, samples: int) -> NDArray[np.int16]:
        if self.sound == "room":
            return self._rng.normal(0, 60, samples).astype(np.int16)
        value = {"zeros": 0, "constant": 4_000, "clipped": 32_767}[self.sound]
        block = np.full(samples, value, np.int16)
        if self.sound == "clipped":
            block[::20] = 0
        return block


@contextmanager
def feeding(fifo: Path, rate_hz: int) -> Iterator[Feed]:
    feed = Feed(fifo, rate_hz)
    try:
        yield feed
    finally:
        feed.end()
