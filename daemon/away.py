"""What was told of a source by a wrong wall clock that is set while nothing is heard of it.

Sound brings its own correction (`Timeline.hear`). A microphone that is away has none, and would be
known, or would have been heard, at a time that never was.
"""

from __future__ import annotations

from dataclasses import replace

from ..storage.records import Change, SourceSeen
from .clock import STEP_US, Clock, Timeline


class Away:
    """Looks at the clock from when the source is announced on; used by the listening loop alone."""

    def __init__(self, seen: SourceSeen, clock: Clock) -> None:
        self._seen = seen
        self._clock = clock
        self._offset_us = self._present_offset_us()
        self._heard: tuple[Timeline, int] | None = None

    def heard(self) -> None:
        """A block came, and its timeline has looked at the clock."""
        self._offset_us = self._present_offset_us()

    def ended(self, timeline: Timeline, end_sample: int) -> None:
        """The source's present stretch is over."""
        self._heard = timeline, end_sample

    def set_by_us(self) -> int:
        """How far the wall clock was set since it was last looked at; 0 where it was not.

        The machine's sleep does not set it.
        """
        set_us = self._present_offset_us() - self._offset_us
        if abs(set_us) <= STEP_US:
            return 0
        self._offset_us += set_us
        return set_us

    def correct(self, by_us: int) -> Change | None:
        """What moves the source's times in the store; None where they are too old for that."""
        if self._heard is not None:
            timeline, end_sample = self._heard
            return timeline.correct_ended(end_sample, by_us, self._clock)
        told_us = self._seen.utc_us
        self._seen = replace(self._seen, utc_us=told_us + by_us, instead_of_us=told_us)
        return self._seen

    def _present_offset_us(self) -> int:
        gone_s = self._clock.monotonic_s() + self._clock.asleep_s()
        return self._clock.utc_us() - round(gone_s * 1_000_000)
