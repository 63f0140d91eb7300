"""What the pipeline tells the store: one frozen value per fact.

A *stretch* is an unbroken run of sound of one source; it ends at a gap, a loss or a stop. Samples
are the source's native sample index (a file counts from 0, a microphone from its opening, lost
samples included). UTC is whole microseconds since 1970.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..detectors.ports import EmbedderIdentity, ProbeIdentity

CoverageState: TypeAlias = Literal["ok", "clipped", "silent", "dropped"]
"""`off` is not stored: it is the time that no interval covers."""
SourceState: TypeAlias = Literal["up", "down", "silent"]
SourceCause: TypeAlias = Literal[
    "opened",
    "well",
    "clipping",
    "losing",
    "wrong_rate",
    "zeros",
    "constant",
    "gone",
    "frozen",
    "unavailable",
    "finished",
]
"""Why a source is in its state. `up`: just `opened`, `well` again, or heard with a fault. `silent`:
`zeros`, or another `constant`. `down`: all others (and `wrong_rate` while it is opened again)."""
ScoredBy: TypeAlias = Literal["gate", "open", "hear", "remote"]


@dataclass(frozen=True, slots=True)
class Origin:
    """Who writes: the same in every message of one daemon run."""

    site: str
    node: str
    boot_id: str
    timezone: str
    """IANA name, such as `Europe/Zurich`."""
    config_sha256: str


@dataclass(frozen=True, slots=True)
class SourceSeen:
    """A configured source exists; repeated at every start."""

    source_id: str
    name: str
    kind: str
    utc_us: int
    instead_of_us: int | None = None
    """As it was told before, by a clock that was wrong."""


@dataclass(frozen=True, slots=True)
class Listening:
    """Who is listened to from now on; told at every start, before the first `SourceSeen`."""

    source_ids: tuple[str, ...]
    """A microphone that is not among them was taken out of the configuration."""


@dataclass(frozen=True, slots=True)
class AnchorSet:
    """`sample` was heard at `utc_us`; later ones of the stretch follow at `device_rate_hz`."""

    source_id: str
    stretch_id: str
    sample: int
    sample_rate_hz: int
    """The nominal native rate."""
    monotonic_us: int
    utc_us: int
    device_rate_hz: float
    """As measured against the monotonic clock, by which samples become microseconds; nominal where
    unknown."""
    corrects_us: int = 0
    """By so much the wall clock was wrong before: what this life told of the source until now is
    to be moved. Stretches that began more than a day before stay."""


@dataclass(frozen=True, slots=True)
class Covered:
    """Samples [start_sample, end_sample) were heard in this state.

    Sent again with the same `(stretch_id, start_sample)` and a later end while the state lasts.
    """

    source_id: str
    stretch_id: str
    start_sample: int
    end_sample: int
    state: CoverageState
    start_us: int
    end_us: int
    noise_dbfs: float | None
    """The noise floor of the interval, where anything was heard."""


@dataclass(frozen=True, slots=True)
class Scored:
    """What a probe, or the gate alone, thought of one window."""

    label: str
    counted: bool
    """A cough that the counts hold; a rejected trigger has False and a reason."""
    reason: str | None
    """`below_threshold`, ...; None where counted."""
    probability: float | None
    scores: Mapping[str, float]
    threshold: float
    scored_by: ScoredBy
    probe: ProbeIdentity | None
    embedder: EmbedderIdentity | None
    embedding: NDArray[np.float32] | None
    """[shape=(512,)], or None where none was made or none is to be kept."""


@dataclass(frozen=True, slots=True)
class EventFinished:
    """A trigger was judged: phase `end` where counted, else `cancel`.

    An id already stored is the rerun of a file and changes nothing.
    """

    event_id: str
    source_id: str
    stretch_id: str
    onset_sample: int
    offset_sample: int
    onset_us: int
    offset_us: int
    gate_score: float
    window: Literal["complete", "incomplete"]
    level_dbfs: float
    snr_db: float
    epoch_id: str | None
    """The event id of the epoch's first cough; None for a rejected trigger."""
    scored: Scored


@dataclass(frozen=True, slots=True)
class EventRescored:
    """A later score of a stored event (HeAR's), published as `update` with the next revision."""

    event_id: str
    scored: Scored


@dataclass(frozen=True, slots=True)
class EmbeddingKept:
    """An embedding without a probe to judge it yet; nothing is published."""

    event_id: str
    embedder: EmbedderIdentity
    embedding: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class EpochEnded:
    """Two seconds passed without a cough, or the stretch ended."""

    epoch_id: str
    source_id: str
    coughs: int
    onset_us: int
    offset_us: int
    gap_s: float


@dataclass(frozen=True, slots=True)
class SourceChanged:
    """A source came up, went down or fell silent, or is now so for another cause."""

    source_id: str
    state: SourceState
    cause: SourceCause
    utc_us: int
    detail: str
    """One sentence for a person."""
    told_before: bool = False
    """By a clock that was wrong: only its time is another one."""


@dataclass(frozen=True, slots=True)
class EventReviewed:
    """A person's word on an event; the latest one decides what counts."""

    event_id: str
    verdict: Literal["confirm", "reject", "relabel"]
    label: str | None
    """For `relabel`."""
    reviewer: str
    note: str
    utc_us: int


def label_scored(score: float, threshold: float, scores: Mapping[str, float]) -> str:
    """What a score says an event was: a cough, else the likeliest of the other labels."""
    if score >= threshold:
        return "cough"
    others = {label: share for label, share in scores.items() if label != "cough"}
    return max(others, key=lambda label: others[label], default="other")


def label_said(verdict: str, label: str | None) -> str:
    """What an event was by a person's word; `label` is that of a `relabel`."""
    if verdict == "relabel" and label:
        return label
    return "cough" if verdict == "confirm" else "other"


@dataclass(frozen=True, slots=True)
class Configured:
    """What comes after this was heard and decided by another configuration."""

    config_sha256: str


Fact: TypeAlias = (
    Listening
    | SourceSeen
    | AnchorSet
    | Covered
    | EventFinished
    | EventRescored
    | EmbeddingKept
    | EpochEnded
    | SourceChanged
    | EventReviewed
)
Change: TypeAlias = Fact | Configured


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A durable message as stored and as sent, byte for byte."""

    seq: int
    topic: str
    body: str
    """JSON, `coughd.event/1` and its siblings."""
