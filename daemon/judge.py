"""What is decided of a window: embedding, probability, label, and whether it counts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ..detectors.measure import measure_window
from ..detectors.ports import Context, Embedder, EmbedderIdentity, Probe
from ..detectors.windows import Window
from ..storage.records import EmbeddingKept, EventRescored, Scored, ScoredBy

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
    others = {label: p for label, p in verdict.scores.items() if label != "cough"}
    return Scored(
        label="cough" if counted else max(others, key=lambda label: others[label]),
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


class WindowJudge(Protocol):
    """Decides windows at once."""

    def judge(self, window: Window, before: float) -> Scored:
        """Decide one window; ModelError where the embedder fails.

        `before` is the highest P(cough) of the triggers just before (`RecentTriggers`).
        """


@dataclass(frozen=True, slots=True)
class Judge:
    """The open embedder and its probe, at once; an incomplete window keeps its gate score."""

    embedder: Embedder
    probe: Probe
    threshold: float
    keep_embeddings: bool
    minimum_level_dbfs: float | None = None
    """Quieter sounds are not counted, whatever they are; None: none is too quiet."""

    def judge(self, window: Window, before: float) -> Scored:
        """See `WindowJudge`."""
        scored = self._by_its_sound(window, before)
        if self.minimum_level_dbfs is None or not scored.counted:
            return scored
        if measure_window(window).level_dbfs >= self.minimum_level_dbfs:
            return scored
        return replace(scored, counted=False, reason=BELOW_LEVEL)

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
            label="cough" if counted else "other",
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


@dataclass(frozen=True, slots=True)
class LaterJudge:
    """What a later embedding (HeAR's) means: a new score where a probe was fitted to it."""

    probe: Probe | None
    threshold: float | None
    """None: the probe's own."""
    keep_embeddings: bool

    def judge(
        self,
        event_id: str,
        embedder: EmbedderIdentity,
        embedding: NDArray[np.float32],
        context: Context | None = None,
    ) -> EventRescored | EmbeddingKept | None:
        """Decide one embedding [shape=(512,)]; None where nothing is to be kept of it."""
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
            return EventRescored(event_id, scored)
        return EmbeddingKept(event_id, embedder, embedding) if self.keep_embeddings else None
