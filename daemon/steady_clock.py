"""Whether the wall clock may be believed where things are deleted for their age."""

from __future__ import annotations

from .clock import Clock

STEADY_S = 3600.0
"""Nothing is deleted for its age before the wall clock has been steady for so long: a wrong clock
at boot would make everything look old."""
STEP_US = 60_000_000


class SteadyClock:
    """Watches the wall clock against the monotonic one, from now on. One thread."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._offset_us = self._now_offset_us()
        self._since_s = clock.monotonic_s()

    def is_steady(self) -> bool:
        """Whether the clock was not set for an hour; ask more often than that."""
        now_s = self._clock.monotonic_s()
        offset_us = self._now_offset_us()
        if abs(offset_us - self._offset_us) > STEP_US:
            self._since_s = now_s
        self._offset_us = offset_us
        return now_s - self._since_s >= STEADY_S

    def _now_offset_us(self) -> int:
        return self._clock.utc_us() - round(self._clock.monotonic_s() * 1_000_000)
