"""What the history finds: one frozen value per source, cough, epoch and span of coverage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Source:
    """A microphone or file that the store knows."""

    source_id: str
    name: str
    kind: str
    first_seen: datetime
    last_seen: datetime
    """When a daemon last started with it."""


@dataclass(frozen=True, slots=True)
class Event:
    """A trigger in its latest revision: a counted cough, or a rejected one with its reason."""

    event_id: str
    source_id: str
    source_name: str
    onset: datetime
    """Aware, in the history's time zone."""
    offset: datetime
    onset_us: int
    offset_us: int
    timezone: str
    """IANA zone of the site when it was recorded."""
    label: str
    counted: bool
    reason: str | None
    probability: float | None
    """P(cough), 0..1; None where only the gate scored."""
    scores: Mapping[str, float]
    threshold: float
    gate_score: float
    scored_by: str
    window: str
    level_dbfs: float
    snr_db: float
    epoch_id: str | None
    revision: int
    stretch_id: str
    onset_sample: int
    offset_sample: int
    boot_id: str
    embedder: str | None
    embedder_sha256: str | None
    probe: str | None
    probe_sha256: str | None
    config_sha256: str
    recorded: datetime
    """When this revision was stored."""
    recorded_us: int


@dataclass(frozen=True, slots=True)
class Review:
    """What a person said of an event, once; the latest word decides what counts."""

    event_id: str
    source_id: str
    source_name: str
    onset: datetime
    """Of the event."""
    onset_us: int
    scored_label: str
    """What the event's latest score says it was, whatever persons say."""
    probability: float | None
    """As the event's, and what follows."""
    threshold: float
    scored_by: str
    verdict: str
    """`confirm`, `reject` or `relabel`."""
    label: str
    """What it was by this word."""
    reviewer: str
    reviewed: datetime
    reviewed_us: int
    note: str


@dataclass(frozen=True, slots=True)
class Epoch:
    """Coughs of one source without a pause of `gap_s` between them."""

    epoch_id: str
    """The event id of its first cough."""
    source_id: str
    source_name: str
    onset: datetime
    offset: datetime
    onset_us: int
    offset_us: int
    coughs: int
    gap_s: float
    minimum_coughs: int


@dataclass(frozen=True, slots=True)
class Span:
    """Time of one source in one state of coverage; `off` is what no interval covers."""

    source_id: str
    source_name: str
    start: datetime
    end: datetime
    start_us: int
    end_us: int
    state: str
    """`ok`, `clipped`, `silent`, `dropped` or `off`."""
    noise_dbfs: float | None
    stretch_id: str | None
