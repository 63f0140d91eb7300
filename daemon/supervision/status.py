"""How the daemon is: one value, made when somebody asks."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ...config.errors import StorageError
from ...detectors.hear.outcomes import HearStatus
from ...detectors.ports import Probe
from ...storage.messages import Sender
from ...storage.upkeep.room import free_bytes
from ..clips.ports import ClipCounts
from ..clock import Clock
from ..judge import Judge, LaterJudge
from ..line import Line
from ..recorder import RecorderCounts
from ..sources.ports import SourceCounters
from ..stream.publisher import PublisherCounts
from ..stream.replay import ReplayCounts
from .latest import Latency, LatestEvents
from .running_since import RunningSince
from .tally import Delays, SourceTally, Tally
from .watchdog import Pulse


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """One source."""

    source_id: str
    name: str
    kind: str
    state: str
    """`up`, `silent`, `down`, or `starting` before the first word of it."""
    cause: str | None
    detail: str
    """One sentence: which device, or what is the matter."""
    since_us: int | None
    level_dbfs: float | None
    last_cough_us: int | None
    """Since the daemon's start."""
    behind_s: float | None
    """How old the last sound is that the loop has heard; None while there is none."""
    sample_rate_hz: int | None
    counters: SourceCounters
    tally: SourceTally
    broken: bool = False
    """A file that broke off or turned unreadable; `detail` says where."""


@dataclass(frozen=True, slots=True)
class HearProbe:
    """What judges HeAR's embeddings."""

    name: str | None
    """None: nothing does, so no event gets HeAR's score."""
    refused: str | None
    """Why the one that was to judge does not."""


@dataclass(frozen=True, slots=True)
class Models:
    """What judges."""

    gate: str
    embedder: str
    probe: str
    threshold: float
    refused: str | None = None
    """Why the probe that was trained here does not judge."""
    hear: HearProbe | None = None
    """None without HeAR, and before its first embedding."""


@dataclass(frozen=True, slots=True)
class StoreStatus:
    """What the store takes of its disk; None where a database server keeps it."""

    size_bytes: int | None
    free_bytes: int | None


@dataclass(frozen=True, slots=True)
class MonitoringStatus:
    """The HTTP server for health and metrics."""

    address: str
    problem: str | None
    """Why it cannot be reached; None where it can."""
    answered: int
    cut_off: int
    """Connections that took too long."""


@dataclass(frozen=True, slots=True)
class DaemonStatus:
    """Everything that `coughd status` shows of a running daemon."""

    sender: Sender
    version: str
    pid: int
    started_us: int
    now_us: int
    sources: tuple[SourceStatus, ...]
    latency: Latency | None
    recorder: RecorderCounts
    publisher: PublisherCounts
    replay: ReplayCounts
    hear: HearStatus | None
    models: Models
    store: StoreStatus
    delays: Delays
    pulse: Pulse
    clock_steps: int
    rescored: int
    monitoring: MonitoringStatus | None
    """None where it is off."""
    clips: ClipCounts | None = None
    """None where no clips are kept."""
    detector: HearStatus | None = None
    """The process of HeAR's event detector; None where the shipped gate listens alone."""
    free_floor_bytes: int = 0
    """With less free on the store's disk, embeddings give way to events."""


@dataclass(frozen=True, slots=True)
class Reporter:
    """Collects a `DaemonStatus` from the parts of a running daemon.

    Everything it asks may be read from any thread; nothing waits, and nothing is changed.
    """

    sender: Callable[[], Sender]
    version: str
    since: RunningSince
    lines: Sequence[Line]
    latest: LatestEvents
    recorder: Callable[[], RecorderCounts]
    publisher: Callable[[], PublisherCounts]
    replay: Callable[[], ReplayCounts]
    hear: Callable[[], HearStatus | None]
    gate: str
    judge: Callable[[], Judge]
    later_judge: Callable[[], LaterJudge | None]
    store_file: Path | None
    tally: Tally
    pulse: Callable[[], Pulse]
    monitoring: Callable[[], MonitoringStatus | None]
    clock: Clock
    clips: Callable[[], ClipCounts | None] = lambda: None
    detector: Callable[[], HearStatus | None] = lambda: None
    free_floor_bytes: int = 0

    def report(self) -> DaemonStatus:
        """How it is now."""
        return DaemonStatus(
            sender=self.sender(),
            version=self.version,
            pid=os.getpid(),
            started_us=self.since.utc_us(),
            now_us=self.clock.utc_us(),
            sources=tuple(self._source(line) for line in self.lines),
            latency=self.latest.latency,
            recorder=self.recorder(),
            publisher=self.publisher(),
            replay=self.replay(),
            hear=self.hear(),
            models=self._models(),
            store=store_status(self.store_file),
            delays=self.tally.delays,
            pulse=self.pulse(),
            clock_steps=self.tally.clock_steps,
            rescored=self.tally.rescored,
            monitoring=self.monitoring(),
            clips=self.clips(),
            detector=self.detector(),
            free_floor_bytes=self.free_floor_bytes,
        )

    def _source(self, line: Line) -> SourceStatus:
        told, opened, heard_s = line.told, line.opened, line.heard_until_s
        present = told is not None and told.state != "down"
        return SourceStatus(
            source_id=line.source_id,
            name=line.name,
            kind=line.kind,
            state=told.state if told else "starting",
            cause=told.cause if told else None,
            detail=told.detail if told else "nothing has been heard of it yet",
            since_us=told.utc_us if told else None,
            level_dbfs=line.health.level_dbfs,
            last_cough_us=self.latest.last_cough_us(line.source_id),
            behind_s=self.clock.monotonic_s() - heard_s if present and heard_s else None,
            sample_rate_hz=opened.sample_rate_hz if present and opened else None,
            counters=line.source.counters,
            tally=self.tally.source(line.source_id),
            broken=line.finished is not None and line.finished.damaged,
        )

    def _models(self) -> Models:
        judge, later = self.judge(), self.later_judge()
        return Models(
            gate=self.gate,
            embedder=judge.embedder.identity.name,
            probe=judge.probe.identity.name,
            threshold=judge.threshold,
            refused=judge.refused,
            hear=None if later is None else HearProbe(_name(later.probe), later.refused),
        )


def _name(probe: Probe | None) -> str | None:
    return None if probe is None else probe.identity.name


def store_status(file: Path | None) -> StoreStatus:
    """How large a SQLite store is, and how much it may grow."""
    if file is None:
        return StoreStatus(None, None)
    size = 0
    for part in (file, file.with_name(f"{file.name}-wal")):
        with suppress(OSError):
            size += part.stat().st_size
    try:
        return StoreStatus(size, free_bytes(file.parent))
    except StorageError:
        return StoreStatus(size, None)
