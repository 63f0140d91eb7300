"""Whether samples come as they should, by the clock alone.

Sound may be lost inside a device or a sound server that says nothing of it. Then later samples
come too late, for good: by the time that is lost. A busy machine makes them late only for a while.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from .ports import RateChecked

LEAST_MISSING_S = 0.15
"""A sound server's own delay wanders by less."""
SETTLED_S = 0.05
WRONG_SHARE, RIGHT_SHARE = 0.005, 0.003
"""A device beyond the first has a wrong rate, no drift; within the second it is right again."""
_WINDOWS = 20  # of a second each
_FEWEST_WINDOWS = 8
_LEAST_GROWTH_S = 0.1


@dataclass(frozen=True, slots=True)
class Missing:
    """So many samples were lost in the last few seconds, unsaid."""

    samples: int


class ArrivalWatch:
    """Watches one opening: of each second only the sample that was least late is believed.

    Parameters
    ----------
    sample_rate_hz
        Nominal.
    """

    def __init__(self, sample_rate_hz: int) -> None:
        self._rate_hz = sample_rate_hz
        self._window_end_sample = sample_rate_hz
        self._least_s: float | None = None
        self._windows: deque[float] = deque(maxlen=_WINDOWS + 1)
        self._usual_s: float | None = None
        self._wrong = False

    def hear(self, first_sample: int, monotonic_s: float) -> Missing | RateChecked | None:
        """Take a block's time. After `Missing` this block begins so many samples later."""
        late_s = monotonic_s - first_sample / self._rate_hz
        verdict = None
        if self._least_s is not None and first_sample >= self._window_end_sample:
            self._windows.append(self._least_s)
            self._least_s = None
            self._window_end_sample = first_sample + self._rate_hz
            verdict = self._find_missing() or self._check_rate()
            if isinstance(verdict, Missing):
                self._window_end_sample += verdict.samples
        self._least_s = late_s if self._least_s is None else min(self._least_s, late_s)
        return verdict

    def admitted(self, first_sample: int, monotonic_s: float) -> int:
        """How many samples the device lost before this block, when it says that it did.

        0 where that cannot be known. The block then begins so many samples later.
        """
        if self._usual_s is None:
            return 0
        late_s = monotonic_s - first_sample / self._rate_hz
        return max(0, round((late_s - self._usual_s) * self._rate_hz))

    def _find_missing(self) -> Missing | None:
        """A jump to a new lateness that stayed for three seconds."""
        if len(self._windows) < 3:
            return None
        recent = [self._windows[index] for index in (-3, -2, -1)]
        if max(recent) - min(recent) > SETTLED_S:
            return None
        missing_s = min(recent) - self._usual_s if self._usual_s is not None else 0.0
        if missing_s < LEAST_MISSING_S:
            self._usual_s = min(recent)
            return None
        return Missing(round(missing_s * self._rate_hz))

    def _check_rate(self) -> RateChecked | None:
        """A lateness that grows, or shrinks, all the time."""
        span_s = len(self._windows) - 1
        if span_s < _FEWEST_WINDOWS:
            return None
        first_s, middle_s, last_s = (self._windows[index] for index in (0, span_s // 2, -1))
        grown_s = last_s - first_s
        halves_s = sorted((abs(middle_s - first_s), abs(last_s - middle_s)))
        steady = (middle_s > first_s) == (last_s > middle_s) and halves_s[1] < 3 * halves_s[0]
        off = abs(grown_s) > max(_LEAST_GROWTH_S, WRONG_SHARE * span_s)
        right = span_s == _WINDOWS and abs(grown_s) < RIGHT_SHARE * span_s
        if not (right if self._wrong else off and steady):
            return None
        self._wrong = not self._wrong
        later_s = span_s - span_s // 2  # the beginning may have been before the change
        return RateChecked(self._rate_hz * later_s / (later_s + last_s - middle_s), self._wrong)
