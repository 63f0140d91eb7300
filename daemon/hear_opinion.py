"""HeAR's process as the pipeline's second opinion."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace

from ..config.errors import ModelError
from ..detectors.hear.client import HearProcess
from ..detectors.hear.outcomes import Embedded, HearStatus
from ..detectors.ports import EmbedderIdentity, Samples
from ..storage.records import Change
from .judge import LaterJudge

_log = logging.getLogger(__name__)


class HearOpinion:
    """Asks HeAR's process and judges what comes back; the pipeline's thread.

    A probe belongs to one embedder, and which one HeAR is shows only when it is loaded: so
    `judge_for` is called then, once for each identity. Where it raises ModelError, embeddings are
    kept unjudged, if `keep_embeddings`.
    """

    def __init__(
        self,
        hear: HearProcess,
        judge_for: Callable[[EmbedderIdentity], LaterJudge],
        *,
        keep_embeddings: bool,
    ) -> None:
        self._hear = hear
        self._judge_for = judge_for
        self._unjudged = LaterJudge(None, threshold=1.0, keep_embeddings=keep_embeddings)
        self._judge = self._unjudged
        self._embedder: EmbedderIdentity | None = None

    def judge_by(
        self, judge_for: Callable[[EmbedderIdentity], LaterJudge], *, keep_embeddings: bool
    ) -> None:
        """Judge by other probes from now on; see the constructor."""
        self._judge_for = judge_for
        self._unjudged = LaterJudge(None, threshold=1.0, keep_embeddings=keep_embeddings)
        known, self._embedder = self._embedder, None
        self._judge = self._unjudged
        if known is not None:
            self._meet(known)

    @property
    def waiting(self) -> int:
        """Windows that will yet be answered: none while HeAR cannot be started."""
        status = self._hear.status
        unanswered = status.untold
        if status.state != "failed":
            unanswered += status.waiting + status.in_flight
        return unanswered

    @property
    def judge(self) -> LaterJudge | None:
        """By what the answers are judged; None before the first one. Any thread."""
        return self._judge if self._embedder is not None else None

    @property
    def status(self) -> HearStatus:
        """How HeAR is; any thread."""
        return self._hear.status

    def ask(self, event_id: str, window: Samples) -> None:
        """Hand a window [shape=(32000,)] over; beyond its bound the oldest one is given up."""
        gave_way = self._hear.submit(event_id, window)
        if gave_way is not None:
            _log.debug("HeAR is behind: event %s keeps its open score.", gave_way)

    def answers(self) -> list[Change]:
        """What became known since the last call."""
        changes: list[Change] = []
        for outcome in self._hear.outcomes():
            if not isinstance(outcome, Embedded):
                _log.debug("Event %s keeps its open score: %s", outcome.request_id, outcome.reason)
                continue
            self._meet(outcome.embedder)
            change = self._judge.judge(outcome.request_id, outcome.embedder, outcome.embedding)
            if change is not None:
                changes.append(change)
        return changes

    def _meet(self, embedder: EmbedderIdentity) -> None:
        """See to it that the probe is the one of `embedder`, or that there is none."""
        if embedder == self._embedder:
            return
        try:
            self._judge = self._judge_for(embedder)
        except ModelError as exc:
            _log.warning("HeAR's embeddings are not judged: %s", exc)
            self._judge = replace(self._unjudged, refused=str(exc))
        self._embedder = embedder
