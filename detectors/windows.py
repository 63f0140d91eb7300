"""From triggers to windows: two real seconds each, cut when they are complete."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Protocol

from .ports import (
    MIN_COUGH_SPACING_SAMPLES,
    ONSET_IN_WINDOW,
    WINDOW_SAMPLES,
    Samples,
    Trigger,
)

MAX_WAITING_TRIGGERS = 64
"""A trigger waits at most for its window and the gate; the spacing of 0.2 s keeps it below this."""


class SampleHistory(Protocol):
    """Where a window's samples come from."""

    @property
    def oldest_sample(self) -> int:
        """The first sample that can still be read."""

    @property
    def written_sample(self) -> int:
        """The index of the next sample to come."""

    def read(self, start_sample: int, stop_sample: int) -> Samples:
        """Copy samples [start, stop) out."""


@dataclass(frozen=True, slots=True)
class Window:
    """A trigger with the sound round it."""

    trigger: Trigger
    next_onset_sample: int | None
    """Of the next trigger where it began before this window's end."""
    start_sample: int
    """The stretch's sample index of `samples[0]`."""
    samples: Samples
    """[shape=(n,)]: 32,000 real ones, onset at 8,000; fewer at a stretch's edges, never padded."""

    @property
    def complete(self) -> bool:
        """Whether all two seconds are real."""
        return self.samples.size == WINDOW_SAMPLES


class WindowCutter:
    """Holds triggers until their window is complete and nothing inside it is undecided."""

    def __init__(self, history: SampleHistory) -> None:
        self._history = history
        self._waiting: deque[Trigger] = deque()
        self._last_onset_sample = -MIN_COUGH_SPACING_SAMPLES

    @property
    def waiting_onset_sample(self) -> int | None:
        """Of the oldest trigger that has no window yet."""
        return self._waiting[0].onset_sample if self._waiting else None

    def add(self, trigger: Trigger) -> bool:
        """Take a trigger, in order of onset; False where it shares the window of the last one."""
        if trigger.onset_sample - self._last_onset_sample < MIN_COUGH_SPACING_SAMPLES:
            return False
        if len(self._waiting) >= MAX_WAITING_TRIGGERS:
            raise RuntimeError("the gate decides later than its look-ahead allows")
        self._last_onset_sample = trigger.onset_sample
        self._waiting.append(trigger)
        return True

    def ready(self, decided_sample: int) -> list[Window]:
        """Windows whose samples are all there and whose gate decisions are all made."""
        horizon_sample = min(self._history.written_sample, decided_sample)
        windows = []
        while self._waiting and self._stop_sample(self._waiting[0]) <= horizon_sample:
            windows.append(self._cut(self._waiting.popleft()))
        return windows

    def finish(self) -> list[Window]:
        """The stretch is over: what is left is cut as far as its sound goes."""
        windows = []
        while self._waiting:
            windows.append(self._cut(self._waiting.popleft()))
        return windows

    def _stop_sample(self, trigger: Trigger) -> int:
        return trigger.onset_sample - ONSET_IN_WINDOW + WINDOW_SAMPLES

    def _cut(self, trigger: Trigger) -> Window:
        start_sample = max(trigger.onset_sample - ONSET_IN_WINDOW, self._history.oldest_sample)
        stop_sample = min(self._stop_sample(trigger), self._history.written_sample)
        following = self.waiting_onset_sample
        return Window(
            trigger=trigger,
            next_onset_sample=None if following is None or following >= stop_sample else following,
            start_sample=start_sample,
            samples=self._history.read(start_sample, stop_sample),
        )
