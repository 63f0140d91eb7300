"""How fast a device really counts, measured against the monotonic clock."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

WINDOW_S = 10
SHORTEST_BASE_S = 60
"""Over less than this the jitter of block times is larger than a sound card's drift."""
_LONGEST_BASE_WINDOWS = 360
"""An hour: a loss that was estimated a little wrong is then forgotten."""


@dataclass(frozen=True, slots=True)
class TimedSample:
    """A sample and when it was heard."""

    sample: int
    monotonic_us: int


class DriftMeter:
    """Block times come late by what the scheduler pleases, but never early.

    So of each 10 s only the block that was least late is believed. Constant memory, one thread.
    """

    def __init__(self, sample_rate_hz: int) -> None:
        self._rate_hz = sample_rate_hz
        self._points: deque[TimedSample] = deque(maxlen=_LONGEST_BASE_WINDOWS)
        self._window_end_sample = 0
        self._best: TimedSample | None = None
        self.device_rate_hz = float(sample_rate_hz)
        """Samples per second over the last hour; nominal for the first minute."""

    def add(self, sample: int, monotonic_us: int) -> TimedSample | None:
        """Take a block's first sample; at the end of a window, that window's best point."""
        point = TimedSample(sample, monotonic_us)
        finished = None
        if self._best is None:
            self._window_end_sample = sample + WINDOW_S * self._rate_hz
        elif sample >= self._window_end_sample:
            finished, self._best = self._best, None
            self._window_end_sample = sample + WINDOW_S * self._rate_hz
            self._measure(finished)
        if self._best is None or self._lateness_us(point) < self._lateness_us(self._best):
            self._best = point
        return finished

    def _lateness_us(self, point: TimedSample) -> int:
        return point.monotonic_us - point.sample * 1_000_000 // self._rate_hz

    def _measure(self, point: TimedSample) -> None:
        self._points.append(point)
        first = self._points[0]
        passed_us = point.monotonic_us - first.monotonic_us
        if passed_us >= SHORTEST_BASE_S * 1_000_000:
            self.device_rate_hz = (point.sample - first.sample) * 1_000_000 / passed_us
