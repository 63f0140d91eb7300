"""Turns the gate's onset track into triggers: pure, one number at a time.

An onset is the highest of the track within 0.18 s on both sides, at least the threshold, and
0.2 s or more after the onset before it. So a weak peak just before a cough cannot hide it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from .ports import MIN_COUGH_SPACING_SAMPLES

STEP_SAMPLES = 320
"""The track has one score every 20 ms."""
REACH_STEPS = 9
"""Steps on each side over which an onset must be the highest."""
SPACING_STEPS = MIN_COUGH_SPACING_SAMPLES // STEP_SAMPLES


@dataclass(frozen=True, slots=True)
class Onset:
    """A peak of the track."""

    position_steps: float
    """Where, in steps from the start of the stretch, between two steps by parabola."""
    decided_step: int
    """The step whose score decided it."""
    score: float


class OnsetDecoder:
    """Finds the onsets of one stretch; its state is nineteen scores. One thread."""

    def __init__(self, threshold: float) -> None:
        self._threshold = threshold
        self._scores: deque[float] = deque([0.0] * (REACH_STEPS + 1), maxlen=2 * REACH_STEPS + 1)
        self._next_step = 0
        self._last_onset_step = -SPACING_STEPS

    @property
    def decided_step(self) -> int:
        """No onset before this step can still appear."""
        return max(0, self._next_step - REACH_STEPS, self._last_onset_step + SPACING_STEPS)

    def feed(self, score: float) -> Onset | None:
        """Hear the next score, 0..1."""
        self._scores.append(score)
        step = self._next_step
        self._next_step += 1
        if len(self._scores) < 2 * REACH_STEPS + 1:
            return None
        candidate = step - REACH_STEPS
        scores = list(self._scores)
        height = scores[REACH_STEPS]
        is_peak = height > max(scores[:REACH_STEPS]) and height >= max(scores[REACH_STEPS + 1 :])
        too_soon = candidate - self._last_onset_step < SPACING_STEPS
        if height < self._threshold or not is_peak or too_soon:
            return None
        self._last_onset_step = candidate
        before, after = scores[REACH_STEPS - 1], scores[REACH_STEPS + 1]
        bend = before - 2.0 * height + after
        shift = 0.5 * (before - after) / bend if bend < 0.0 else 0.0
        return Onset(candidate + shift, step, height)
