"""The words that gate, embedder and probe share, and what each promises the pipeline.

Everything here counts in samples of the 16 kHz mono stream of one source, from sample 0 of
the stretch (an unbroken run of sound).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE_HZ = 16_000
WINDOW_SAMPLES = 32_000
"""Two seconds, the only length HeAR was trained on."""
ONSET_IN_WINDOW = 8_000
"""A trigger's onset stands half a second into its window."""
EMBEDDING_SIZE = 512
MIN_COUGH_SPACING_SAMPLES = 3_200
"""Two onsets closer than 0.2 s are one cough (ARCHITECTURE.md, words)."""
LABELS = (
    "cough",
    "throat_clear",
    "sneeze",
    "laugh",
    "speech",
    "breathe",
    "snore",
    "other",
)

Samples = NDArray[np.float32]
"""Mono samples at 16 kHz, range -1..1."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """The gate's claim that a cough began."""

    onset_sample: int
    confirmed_sample: int
    """The claim could be made once the samples before this one had arrived."""
    gate_score: float
    """0..1, the gate's confidence."""


class GateStream(Protocol):
    """One stretch of one source, heard frame by frame; each frame is computed once.

    The triggers do not depend on how the samples are cut into calls. One thread.
    """

    @property
    def decided_sample(self) -> int:
        """No trigger with an onset before this sample can still appear."""

    def feed(self, samples: Samples) -> list[Trigger]:
        """Hear the next samples [shape=(n,)], any n; triggers in order of onset."""

    def finish(self) -> list[Trigger]:
        """The stretch is over: decide what was still open. The stream is dead after."""


class Gate(Protocol):
    """The cheap always-on detector; shared by all sources, its streams hold the state."""

    @property
    def name(self) -> str:
        """Name and revision, such as `coughd-gate@1a2b3c4d`."""

    def open_stream(self) -> GateStream:
        """Start a stretch."""


@dataclass(frozen=True, slots=True)
class EmbedderIdentity:
    """What must be equal for two embeddings to meet in one probe."""

    name: str
    """`open@<sha8>` or `hear@<revision7>`."""
    kind: str
    """`open`, `hear` or `remote`; the value of an event's `scored_by`."""
    sha256: str
    runtime: str
    """Such as `onnxruntime 1.31.1` or `tensorflow 2.21.0`."""
    device: str
    precision: str
    batch_policy: str
    """Such as `single` or `buckets 1,4,8`."""


class Embedder(Protocol):
    """Maps two real seconds to 512 numbers."""

    @property
    def identity(self) -> EmbedderIdentity:
        """Of the weights and how they are run."""

    def embed(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Windows [shape=(n, 32000), range -1..1] to embeddings [shape=(n, 512)]; ModelError."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The probe's word on one embedding."""

    probability: float
    """Calibrated P(cough), 0..1."""
    scores: Mapping[str, float]
    """P of each of `LABELS`, summing to 1; `scores["cough"] == probability`."""

    @property
    def label(self) -> str:
        """The most probable label."""
        return max(self.scores, key=lambda label: self.scores[label])


@dataclass(frozen=True, slots=True)
class ProbeIdentity:
    """Which probe spoke; travels with every event."""

    name: str
    sha256: str
    embedder: str
    """The `EmbedderIdentity.name` that it belongs to."""


@dataclass(frozen=True, slots=True)
class Context:
    """What is known of one trigger beside its embedding."""

    gate_score: float
    """0..1"""
    before: float
    """The highest P(cough), 0..1, of the triggers in the three seconds before; 0 without any."""


class Probe(Protocol):
    """The small calibrated classifier on embeddings; belongs to one embedder."""

    @property
    def identity(self) -> ProbeIdentity:
        """Which probe this is."""

    @property
    def threshold(self) -> float:
        """The shipped operating point; the configuration may override it."""

    def judge(self, embedding: NDArray[np.float32], context: Context | None = None) -> Verdict:
        """Score one embedding [shape=(512,)], by itself where no context is known."""
