"""Finds the onsets in the gate's track: pure, one number at a time.

An onset is the highest of the track within 0.18 s on both sides, and at least the threshold. So two
of them are 0.2 s or more apart, and a weak peak just before a cough cannot hide it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from .ports import MIN_COUGH_SPACING_SAMPLES

STEP_SAMPLES = 320
"""The track has one score every 20 ms."""
REACH_STEPS = MIN_COUGH_SPACING_SAMPLES // STEP_SAMPLES - 1
"""Steps on each side over which an onset must be the highest."""
_SPAN_STEPS = 2 * REACH_STEPS + 1


@dataclass(frozen=True, slots=True)
class Onset:
    """A peak of the track."""

    position_steps: float
    """Where, in steps from the start of the stretch, between two steps by parabola."""
    score: float


class OnsetDecoder:
    """Finds the onsets of one stretch, before which the track was 0. One thread."""

    def __init__(self, threshold: float) -> None:
        self._threshold = threshold
        self._scores: deque[float] = deque([0.0] * _SPAN_STEPS, maxlen=_SPAN_STEPS)
        self._candidate_step = -REACH_STEPS

    @property
    def decided_step(self) -> int:
        """No onset before this step can still appear."""
        return max(0, self._candidate_step)

    def feed(self, score: float) -> Onset | None:
        """Hear the next score, 0..1; it decides about the step `REACH_STEPS` before it."""
        self._scores.append(score)
        candidate_step = self._candidate_step
        self._candidate_step += 1
        height = self._scores[REACH_STEPS]
        if height < self._threshold:
            return None
        scores = list(self._scores)
        is_peak = height > max(scores[:REACH_STEPS]) and height >= max(scores[REACH_STEPS + 1 :])
        if not is_peak:
            return None
        before, after = scores[REACH_STEPS - 1], scores[REACH_STEPS + 1]
        bend = before - 2.0 * height + after
        shift = 0.5 * (before - after) / bend if bend < 0.0 else 0.0
        return Onset(candidate_step + shift, height)
