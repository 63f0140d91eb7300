"""Since when the daemon runs, by the wall clock as it is now."""

from __future__ import annotations

from ..clock import STEP_US, Clock


class RunningSince:
    """The moment of its making. Any thread.

    A clock that is set later corrects it; one that is only slewed leaves it, so that it is one
    moment for whoever compares.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._begun_s = self._gone_s()
        self._utc_us = clock.utc_us()

    def utc_us(self) -> int:
        """Microseconds since 1970."""
        by_now_us = self._clock.utc_us() - round((self._gone_s() - self._begun_s) * 1_000_000)
        if abs(by_now_us - self._utc_us) >= STEP_US:
            self._utc_us = by_now_us
        return self._utc_us

    def _gone_s(self) -> float:
        return self._clock.monotonic_s() + self._clock.asleep_s()
