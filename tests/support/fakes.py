"""Fakes of what stands round the pipeline; each does one simple, exactly known thing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from coughd.daemon.pipeline import Started
from coughd.daemon.sources.ports import Block, Finished, Gap, Item, Lost, Opened, SourceCounters
from coughd.detectors.ports import (
    Context,
    EmbedderIdentity,
    ProbeIdentity,
    Samples,
    Trigger,
    Verdict,
)
from coughd.storage.records import Change, EventFinished

FAKE_EMBEDDER = EmbedderIdentity("fake@1", "open", "0" * 64, "none", "cpu", "float32", "single")
HOP = 160
LOOK_AHEAD_SAMPLES = 4_000


class FakeClock:
    """Both clocks stand where the test puts them."""

    def __init__(self, monotonic_s: float = 100.0, utc_us: int = 1_790_000_000_000_000) -> None:
        self.now_monotonic_s = monotonic_s
        self.now_utc_us = utc_us

    def monotonic_s(self) -> float:
        return self.now_monotonic_s

    def utc_us(self) -> int:
        return self.now_utc_us

    def asleep_s(self) -> float:
        return 0.0


class ListSource:
    """Gives prepared items, a few per poll, and is never waited for."""

    def __init__(self, source_id: str, items: Sequence[Item], per_poll: int = 1) -> None:
        self._source_id = source_id
        self._items = list(items)
        self._per_poll = per_poll

    @property
    def source_id(self) -> str:
        return self._source_id

    @property
    def content_sha256(self) -> str:
        return "c" * 64

    @property
    def counters(self) -> SourceCounters:
        return SourceCounters(0, 0, 0, 0, 0)

    def fileno(self) -> None:
        return None

    def next_due_s(self) -> float | None:
        return 0.0 if self._items else None

    def poll(self, now_monotonic_s: float) -> list[Item]:
        given, self._items = self._items[: self._per_poll], self._items[self._per_poll :]
        return given

    def close(self) -> None:
        self._items = []


def block(
    first_sample: int, samples: NDArray[np.float32], monotonic_s: float | None = None
) -> Block:
    return Block(first_sample, samples, np.abs(samples), monotonic_s)


def opened(sample_rate_hz: int = 16_000) -> Opened:
    return Opened(sample_rate_hz, 1, 0, None, "a list")


def cut(samples: NDArray[np.float32], size: int, *, rate_hz: int = 16_000) -> Iterator[Item]:
    """The whole life of a file source: opened, blocks of `size`, finished."""
    yield opened(rate_hz)
    for start in range(0, samples.size, size):
        yield block(start, samples[start : start + size])
    yield Finished("heard to its end", damaged=False)


class LoudGate:
    """A streaming gate that is exactly predictable: an onset where a 10-ms frame jumps in level.

    It decides `LOOK_AHEAD_SAMPLES` late, as a real one does.
    """

    name = "loud-gate@fake"

    def open_stream(self) -> LoudGateStream:
        return LoudGateStream()


class LoudGateStream:
    def __init__(self) -> None:
        self._rest = np.empty(0, np.float32)
        self._frame = 0
        self._before = 1.0
        self._waiting: list[Trigger] = []

    @property
    def decided_sample(self) -> int:
        return max(0, self._frame * HOP - LOOK_AHEAD_SAMPLES)

    def feed(self, samples: Samples) -> list[Trigger]:
        rest = np.concatenate((self._rest, samples))
        whole = rest.size // HOP * HOP
        self._rest = rest[whole:]
        for frame in rest[:whole].reshape(-1, HOP):
            peak = float(np.abs(frame).max())
            if peak > 0.1 and peak > 4 * self._before:
                onset = self._frame * HOP
                self._waiting.append(Trigger(onset, onset + LOOK_AHEAD_SAMPLES, min(1.0, peak)))
            self._before = max(peak, 0.001)
            self._frame += 1
        return self._take(self.decided_sample)

    def finish(self) -> list[Trigger]:
        return self._take(self._frame * HOP + 1)

    def _take(self, decided_sample: int) -> list[Trigger]:
        ready = [one for one in self._waiting if one.onset_sample < decided_sample]
        self._waiting = self._waiting[len(ready) :]
        return ready


class EchoEmbedder:
    """A look-alike embedder: its 512 numbers are 512 of its input's own samples."""

    identity = FAKE_EMBEDDER

    def embed(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.stack([echo(window) for window in windows])


def echo(window: NDArray[np.float32]) -> NDArray[np.float32]:
    """Every sample weighs in: sums over 62 samples each, the last one over all that is left."""
    sums = np.add.reduceat(window.astype(np.float64), np.arange(512) * 62)
    return np.asarray(sums, np.float32)


class SoundProbe:
    """P(cough) is 0.9 where the window is loud on average, else 0.2 and a throat clear."""

    identity = ProbeIdentity("fake", "1" * 64, FAKE_EMBEDDER.name)
    threshold = 0.5

    def judge(self, embedding: NDArray[np.float32], context: Context | None = None) -> Verdict:
        loud = float(np.abs(embedding).max()) > 2.5
        probability = 0.9 if loud else 0.2
        scores: Mapping[str, float] = {"cough": probability, "throat_clear": 1 - probability}
        return Verdict(probability, scores)


class ListSink:
    """Keeps everything in order."""

    def __init__(self) -> None:
        self.starts: list[Started] = []
        self.changes: list[Change] = []

    def started(self, started: Started) -> None:
        self.starts.append(started)

    def keep(self, change: Change) -> None:
        self.changes.append(change)

    @property
    def events(self) -> list[EventFinished]:
        return [change for change in self.changes if isinstance(change, EventFinished)]


__all__ = [
    "EchoEmbedder",
    "FakeClock",
    "Gap",
    "ListSink",
    "ListSource",
    "Lost",
    "LoudGate",
    "SoundProbe",
    "block",
    "cut",
    "echo",
    "opened",
]
