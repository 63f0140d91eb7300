"""Cough scores from the event detector's process, for streams that can wait only so long."""

from __future__ import annotations

from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..ports import Samples
from .kinds import DETECTOR_LABELS
from .outcomes import Embedded, HearStatus, Outcome

PATIENCE_S = 5.0
"""Sound waits meanwhile in the sources' buffers, which hold more than this."""
_COUGHS = [DETECTOR_LABELS.index("cough"), DETECTOR_LABELS.index("baby_cough")]
Score: TypeAlias = float | None
"""0..1, that somebody coughs within the window; None: the detector was away."""


class DetectorProcess(Protocol):
    """What is used of `client.HearProcess`."""

    @property
    def status(self) -> HearStatus:
        """How it goes now."""

    def submit(self, request_id: str, window: NDArray[np.float32]) -> str | None:
        """Queue a window; the id of one that gets no answer because of this."""

    def outcomes(self) -> list[Outcome]:
        """What became known since the last call."""

    def wait_until_idle(self, timeout_s: float) -> bool:
        """Wait until nothing is queued."""


class DetectorEar:
    """Asks on behalf of all streams and gives each the answers to its own windows. One thread.

    A detector that does not answer is waited for once; then every window goes without, until it
    answers again.
    """

    def __init__(self, process: DetectorProcess, patience_s: float = PATIENCE_S) -> None:
        self._process = process
        self._patience_s = patience_s
        self._next_ticket = 0
        self._asked: set[int] = set()
        self._answers: dict[int, Score] = {}
        self._is_away = False

    def ask(self, window: Samples) -> int:
        """Hand over a window [shape=(32000,)]; returns the ticket for its score."""
        ticket = self._next_ticket
        self._next_ticket += 1
        self._asked.add(ticket)
        gave_way = self._process.submit(str(ticket), window)
        if gave_way is not None:
            self._answer(int(gave_way), None)
        return ticket

    def has(self, ticket: int) -> bool:
        """Whether the score can be taken without waiting for it."""
        self._collect()
        return ticket in self._answers or self._cannot_come()

    def take(self, ticket: int) -> Score:
        """The score, once; waits for it at most as long as the patience lasts."""
        if not self.has(ticket) and not self._process.wait_until_idle(self._patience_s):
            self._is_away = True
        self._collect()
        self._asked.discard(ticket)
        return self._answers.pop(ticket, None)

    def _cannot_come(self) -> bool:
        return self._is_away or self._process.status.state != "ready"

    def _collect(self) -> None:
        for outcome in self._process.outcomes():
            score: Score = None
            if isinstance(outcome, Embedded):
                self._is_away = False
                score = float(outcome.embedding[_COUGHS].max())
            self._answer(int(outcome.request_id), score)

    def _answer(self, ticket: int, score: Score) -> None:
        # Whoever asked may have gone on without it.
        if ticket in self._asked:
            self._answers[ticket] = score
