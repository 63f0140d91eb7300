"""What is the matter with one source: its faults told apart, and told when they change."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from ...config.as_text import as_text
from ...detectors.condition import LOWEST_DBFS, Heard
from ...storage.records import SourceCause, SourceState
from ..sources.ports import Finished, Gap, Lost, Opened, RateChecked

CLIPPED_S, CLIPPED_WITHIN_S = 1.0, 10.0
"""So much clipped sound in so much is a fault of the gain; one cough close by is not."""
CALM_S = 60.0
"""So long without clipping, or without a loss, ends that fault."""
_LEVEL_OVER_S = 1.0
_HALF_A_BIT = 2.0**-16

_RANKS: tuple[SourceCause, ...] = ("zeros", "constant", "wrong_rate", "clipping", "losing")
"""The first of the faults present is the one that is told."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A source's new state, to be told once."""

    state: SourceState
    cause: SourceCause
    detail: str
    """One sentence for a person."""


class SourceHealth:
    """Judges one source by what it says and how it sounds; used by the listening loop alone.

    Every method returns what is to be told now, or None where nothing changed. A fault of the
    sound is told as long as it is the worst one; seconds are seconds of sound.
    """

    def __init__(self) -> None:
        self.level_dbfs: float | None = None
        """RMS of about the last second; None while down. May be read from any thread."""
        self._cause: SourceCause | None = None
        self._faults: dict[SourceCause, str] = {}
        self._rate_hz = 0
        self._heard_s = 0.0
        self._clipped: deque[tuple[float, float]] = deque()  # (when, how long), the last 10 s
        self._last_clipped_s = self._last_gap_s = -math.inf
        self._power = self._power_s = 0.0

    def opened(self, item: Opened) -> Turn | None:
        """Sound comes from here on; what was the matter before is forgotten."""
        self._rate_hz = item.sample_rate_hz
        self._faults.clear()
        self._clipped.clear()
        self._power = self._power_s = 0.0
        return self._turn("up", "opened", item.detail)

    def lost(self, item: Lost) -> Turn | None:
        """The source is away."""
        self.level_dbfs = None
        return self._turn("down", item.cause, item.reason)

    def finished(self, item: Finished) -> Turn | None:
        """The file is over."""
        self.level_dbfs = None
        return self._turn("down", "finished", item.reason)

    def missed(self, gap: Gap) -> Turn | None:
        """Some sound is lost, in or before the daemon."""
        self._last_gap_s = self._heard_s
        self._faults.setdefault("losing", gap.reason)
        return self._worst()

    def rate_checked(self, item: RateChecked) -> Turn | None:
        """The samples come too fast or too slow, or are right again."""
        if item.wrong:
            self._faults["wrong_rate"] = (
                f"about {item.measured_hz:.0f} samples come in a second, not {self._rate_hz}: "
                "the device, or the sound server before it, gives another rate than it says"
            )
        else:
            self._faults.pop("wrong_rate", None)
        return self._worst()

    def hear(self, heard: Sequence[Heard]) -> Turn | None:
        """What was decided of the sound, in order."""
        for one in heard:
            length_s = (one.end_sample - one.start_sample) / self._rate_hz
            self._heard_s += length_s
            self._measure_level(one.level_dbfs, length_s)
            self._see_stillness(one)
            self._see_clipping(one, length_s)
        if self._heard_s - self._last_gap_s > CALM_S:
            self._faults.pop("losing", None)
        return self._worst()

    def _measure_level(self, level_dbfs: float, length_s: float) -> None:
        self._power += 10 ** (level_dbfs / 10) * length_s
        self._power_s += length_s
        if self._power_s >= _LEVEL_OVER_S:
            mean = self._power / self._power_s
            self.level_dbfs = max(LOWEST_DBFS, 10 * math.log10(mean))
            self._power = self._power_s = 0.0

    def _see_stillness(self, one: Heard) -> None:
        self._faults.pop("zeros", None)
        self._faults.pop("constant", None)
        if one.constant is None:
            return
        if abs(one.constant) < _HALF_A_BIT:
            self._faults["zeros"] = (
                "nothing but digital silence: is the microphone muted, its cable out, or do two "
                "channels cancel each other?"
            )
        else:
            self._faults["constant"] = (
                f"every sample is {one.constant:+.4f}: the sound card or its driver is stuck"
            )

    def _see_clipping(self, one: Heard, length_s: float) -> None:
        if one.state == "clipped":
            self._last_clipped_s = self._heard_s
            self._clipped.append((self._heard_s, length_s))
        while self._clipped and self._clipped[0][0] <= self._heard_s - CLIPPED_WITHIN_S:
            self._clipped.popleft()
        if sum(length for _, length in self._clipped) >= CLIPPED_S:
            self._faults["clipping"] = (
                "much of the sound is clipped: lower the microphone's gain, or put it farther "
                "from what is so loud"
            )
        elif self._heard_s - self._last_clipped_s > CALM_S:
            self._faults.pop("clipping", None)

    def _worst(self) -> Turn | None:
        for cause in _RANKS:
            if cause in self._faults:
                state: SourceState = "silent" if cause in ("zeros", "constant") else "up"
                return (
                    None if cause == self._cause else self._turn(state, cause, self._faults[cause])
                )
        if self._cause in ("opened", "well"):
            return None
        return self._turn("up", "well", "it is heard well again")

    def _turn(self, state: SourceState, cause: SourceCause, detail: str) -> Turn:
        self._cause = cause
        # It may name a file, and goes into the store and the stream.
        return Turn(state, cause, as_text(detail))
