"""A machine's clocks that move when a test says so."""

from __future__ import annotations


class SimulatedClock:
    """Implements `Clock`; starts ten seconds after boot."""

    def __init__(self, utc_us: int = 1_790_000_000_000_000) -> None:
        self._monotonic_us = 10_000_000
        self._offset_us = utc_us - self._monotonic_us
        self._asleep_s = 0.0

    def monotonic_s(self) -> float:
        return self._monotonic_us / 1_000_000

    def utc_us(self) -> int:
        return self._monotonic_us + self._offset_us

    def asleep_s(self) -> float:
        return self._asleep_s

    def sleep(self, seconds: float) -> None:
        """Suspend the machine: the monotonic clock stands still."""
        self._asleep_s += seconds
        self._offset_us += round(seconds * 1_000_000)

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._monotonic_us += round(seconds * 1_000_000)

    def set_wall_clock(self, by_seconds: float) -> None:
        """Step the wall clock; the monotonic one does not notice."""
        self._offset_us += round(by_seconds * 1_000_000)
