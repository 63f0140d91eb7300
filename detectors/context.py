"""What speaks for a cough beside its own two seconds: the gate's score, and a cough just before.

Coughs come in bouts, other sounds seldom come between them: a sound is likelier a cough where one
has just been heard.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from .log_odds import log_odds
from .ports import MIN_COUGH_SPACING_SAMPLES, SAMPLE_RATE_HZ, Context

REACH_SAMPLES = 3 * SAMPLE_RATE_HZ
"""Within a bout, coughs follow each other in three seconds (Holt et al. 2024, PMC11610081)."""
_MOST = REACH_SAMPLES // MIN_COUGH_SPACING_SAMPLES
"""Triggers within that reach: they keep the least distance of two coughs."""
_CERTAIN = 1e-4
"""A gate's score counts as no surer than this."""


@dataclass(frozen=True, slots=True)
class ContextWeights:
    """How much the log-odds of a cough move with its context; fitted with the probe."""

    slope: float
    """Of the log-odds that the embedding alone gives."""
    gate: float
    """Of the log-odds of the gate's score."""
    before: float
    """Of P(cough) just before: it moves the log-odds by so much at most."""
    offset: float

    def log_odds(self, alone: float, context: Context) -> float:
        """Log-odds of a cough, from what they are without context."""
        return (
            self.slope * alone
            + self.gate * gate_log_odds(context.gate_score)
            + self.before * context.before
            + self.offset
        )


def gate_log_odds(gate_score: float) -> float:
    """The gate's score, 0..1, as log-odds between -9.2 and 9.2."""
    return log_odds(gate_score, _CERTAIN)


class RecentTriggers:
    """P(cough) of the latest triggers of one stretch; bounded, the oldest give way. One thread."""

    def __init__(self) -> None:
        self._latest: deque[tuple[int, float]] = deque(maxlen=_MOST)

    def before(self, onset_sample: int) -> float:
        """The highest P(cough) in the three seconds before this onset; 0 without any."""
        from_sample = onset_sample - REACH_SAMPLES
        near = (p for at, p in self._latest if from_sample <= at < onset_sample)
        return max(near, default=0.0)

    def add(self, onset_sample: int, probability: float | None) -> None:
        """A trigger was judged; one without a probability says nothing of the next."""
        if probability is not None:
            self._latest.append((onset_sample, probability))
