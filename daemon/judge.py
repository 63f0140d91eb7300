"""What is decided of a window: embedding, probability, label, and whether it counts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..detectors.measure import measure_window
from ..detectors.ports import Context, Embedder, EmbedderIdentity, Probe
from ..detectors.windows import Window
from ..storage.records import EmbeddingKept, EventRescored, Scored, ScoredBy, label_scored

BELOW_THRESHOLD = "below_threshold"
BELOW_LEVEL = "below_level"
"""It may be a cough, but is quieter than the configuration lets count."""
GATE_ALONE_THRESHOLD = 0.5
"""Gate score from which a trigger counts whose window no embedder may judge."""
_SCORED_BY: dict[str, ScoredBy] = {"open": "open", "hear": "hear", "remote": "remote"}


def score(
    embedding: NDArray[np.float32],
    embedder: EmbedderIdentity,
    probe: Probe,
    threshold: float,
    context: Context | None = None,
    *,
    keep_embedding: bool,
) -> Scored:
    """Let a probe judge an embedding [shape=(512,)]; a rejected one gets its likeliest label."""
    verdict = probe.judge(embedding, context)
    counted = verdict.probability >= threshold
    return Scored(
        label=label_scored(verdict.probability, threshold, verdict.scores),
        counted=counted,
        reason=None if counted else BELOW_THRESHOLD,
        probability=verdict.probability,
        scores=dict(verdict.scores),
        threshold=threshold,
        scored_by=_SCORED_BY[embedder.kind],
        probe=probe.identity,
        embedder=embedder,
        embedding=embedding if keep_embedding else None,
    )


def _heard_at(level_dbfs: float, scored: Scored, minimum_level_dbfs: float | None) -> Scored:
    """What is too quiet is not counted, whatever it is."""
    if not scored.counted or _is_loud_enough(level_dbfs, minimum_level_dbfs):
        return scored
    return replace(scored, counted=False, reason=BELOW_LEVEL)


def _is_loud_enough(level_dbfs: float, minimum_level_dbfs: float | None) -> bool:
    return minimum_level_dbfs is None or level_dbfs >= minimum_level_dbfs


class WindowJudge(Protocol):
    """Decides windows at once."""

    def judge(self, window: Window, before: float) -> Scored:
        """Decide one window; ModelError where the embedder fails.

        `before` is the highest P(cough) of the triggers just before (`RecentTriggers`).
        """

    def is_loud_enough(self, level_dbfs: float) -> bool:
        """Whether a sound of this level may count, whatever it is."""


@dataclass(frozen=True, slots=True)
class Judge:
    """The open embedder and its probe, at once; an incomplete window keeps its gate score."""

    embedder: Embedder
    probe: Probe
    threshold: float
    keep_embeddings: bool
    minimum_level_dbfs: float | None = None
    """Quieter sounds are not counted, whatever they are; None: none is too quiet."""
    refused: str | None = None
    """Why the probe that was trained here does not judge; None where there is none, or it does."""

    def judge(self, window: Window, before: float) -> Scored:
        """See `WindowJudge`."""
        scored = self._by_its_sound(window, before)
        if self.minimum_level_dbfs is None:
            return scored
        return _heard_at(measure_window(window).level_dbfs, scored, self.minimum_level_dbfs)

    def is_loud_enough(self, level_dbfs: float) -> bool:
        """See `WindowJudge`."""
        return _is_loud_enough(level_dbfs, self.minimum_level_dbfs)

    def _by_its_sound(self, window: Window, before: float) -> Scored:
        if not window.complete:
            return self._by_gate(window.trigger.gate_score)
        (embedding,) = self.embedder.embed(window.samples[np.newaxis])
        return score(
            embedding,
            self.embedder.identity,
            self.probe,
            self.threshold,
            Context(window.trigger.gate_score, before),
            keep_embedding=self.keep_embeddings,
        )

    def _by_gate(self, gate_score: float) -> Scored:
        counted = gate_score >= GATE_ALONE_THRESHOLD
        return Scored(
            label=label_scored(gate_score, GATE_ALONE_THRESHOLD, {}),
            counted=counted,
            reason=None if counted else BELOW_THRESHOLD,
            probability=None,
            scores={},
            threshold=GATE_ALONE_THRESHOLD,
            scored_by="gate",
            probe=None,
            embedder=None,
            embedding=None,
        )


@dataclass(slots=True)
class JudgeInForce:
    """The judge of the configuration in effect; the listening thread may replace it."""

    present: Judge

    def judge(self, window: Window, before: float) -> Scored:
        """See `WindowJudge`."""
        return self.present.judge(window, before)

    def is_loud_enough(self, level_dbfs: float) -> bool:
        """See `WindowJudge`."""
        return self.present.is_loud_enough(level_dbfs)


@dataclass(frozen=True, slots=True)
class LaterJudge:
    """What a later embedding (HeAR's) means: a new score where a probe was fitted to it."""

    probe: Probe | None
    threshold: float | None
    """None: the probe's own."""
    keep_embeddings: bool
    minimum_level_dbfs: float | None = None
    """As `Judge`."""
    refused: str | None = None
    """Why the probe that was to judge does not; then `probe` is None."""

    def judge(
        self,
        event_id: str,
        embedder: EmbedderIdentity,
        embedding: NDArray[np.float32],
        context: Context | None = None,
        level_dbfs: float | None = None,
    ) -> EventRescored | EmbeddingKept | None:
        """Decide one embedding [shape=(512,)]; None where nothing is to be kept of it.

        `level_dbfs` is the event's; None where it was loud enough to be asked for.
        """
        if self.probe is not None:
            threshold = self.probe.threshold if self.threshold is None else self.threshold
            scored = score(
                embedding,
                embedder,
                self.probe,
                threshold,
                context,
                keep_embedding=self.keep_embeddings,
            )
            if level_dbfs is not None:
                scored = _heard_at(level_dbfs, scored, self.minimum_level_dbfs)
            return EventRescored(event_id, scored)
        return EmbeddingKept(event_id, embedder, embedding) if self.keep_embeddings else None
