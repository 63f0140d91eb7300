"""Turns the gate's onset track into triggers: pure, one number at a time.

An onset is the highest of the track within 0.1 s on both sides, at least the threshold, and
0.2 s or more after the onset before it.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from .ports import MIN_COUGH_SPACING_SAMPLES

STEP_SAMPLES = 320
"""The track has one score every 20 ms."""
_REACH = 5
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
    """Finds the onsets of one stretch; its state is eleven scores. One thread."""

    def __init__(self, threshold: float) -> None:
        self._threshold = threshold
        self._scores: deque[float] = deque([0.0] * (_REACH + 1), maxlen=2 * _REACH + 1)
        self._next_step = 0
        self._last_onset_step = -SPACING_STEPS

    @property
    def decided_step(self) -> int:
        """No onset before this step can still appear."""
        return max(0, self._next_step - _REACH, self._last_onset_step + SPACING_STEPS)

    def feed(self, score: float) -> Onset | None:
        """Hear the next score, 0..1."""
        self._scores.append(score)
        step = self._next_step
        self._next_step += 1
        if len(self._scores) < 2 * _REACH + 1:
            return None
        candidate = step - _REACH
        scores = list(self._scores)
        height = scores[_REACH]
        is_peak = height > max(scores[:_REACH]) and height >= max(scores[_REACH + 1 :])
        too_soon = candidate - self._last_onset_step < SPACING_STEPS
        if height < self._threshold or not is_peak or too_soon:
            return None
        self._last_onset_step = candidate
        before, after = scores[_REACH - 1], scores[_REACH + 1]
        bend = before - 2.0 * height + after
        shift = 0.5 * (before - after) / bend if bend < 0.0 else 0.0
        return Onset(candidate + shift, step, height)
