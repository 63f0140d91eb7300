"""HeAR's word on windows that the open embedder has judged already."""

from __future__ import annotations

from typing import Protocol

from ..detectors.ports import Samples
from ..storage.records import Change


class SecondOpinion(Protocol):
    """A slower, better embedder beside the pipeline; the loop never waits for it."""

    @property
    def waiting(self) -> int:
        """Windows that were handed over and whose outcome `answers` has not told."""

    def ask(self, event_id: str, window: Samples) -> None:
        """Hand a window [shape=(32000,)] over; beyond its bound the oldest one is given up."""

    def answers(self) -> list[Change]:
        """What became known since the last call."""


class NoSecondOpinion:
    """The open embedder's word is final."""

    waiting = 0

    def ask(self, event_id: str, window: Samples) -> None:
        """Nobody is asked."""

    def answers(self) -> list[Change]:
        """Nothing is ever answered."""
        return []
