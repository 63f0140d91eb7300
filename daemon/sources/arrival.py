"""Whether samples come as they should, by the clock alone.

Sound may be lost inside a device or a sound server that says nothing of it. Then later samples
come too late, for good: by the time that is lost. A busy machine makes them late only for a while.
A device of another rate than it says makes them later (or earlier) all the time, and evenly.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from itertools import pairwise

from .ports import RateChecked

LEAST_MISSING_S = 0.15
"""A sound server's own delay wanders by less."""
SETTLED_S = 0.05
_LEAST_RISE_S = 0.1
"""From one second to the next at a loss; a wrong rate that leaves a second settled grows slower."""
WRONG_SHARE, RIGHT_SHARE = 0.005, 0.003
"""A device beyond the first has a wrong rate, no drift; within the second it is right again."""
LEAST_GROWTH_S = 0.3
"""Sound servers and their buffers change their delay by less."""
_SPANS = (8, 12, 20, 30, 45, round(LEAST_GROWTH_S / WRONG_SHARE))
"""Over so many seconds a rate is judged: the farther off, the sooner."""
_RIGHT_SPAN = 20
_MOST_UNEVEN = 0.1
"""So much of the growth may a second stand off the straight line. Some steps make no line."""


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
        self._windows: deque[float] = deque(maxlen=_SPANS[-1] + 1)
        """The least lateness of each second since the last loss."""
        self._usual_s: float | None = None
        """The lateness when it was settled last: three seconds alike."""
        self._unsettled = 0  # windows since
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
                self._begin_again(first_sample + verdict.samples)
                late_s -= verdict.samples / self._rate_hz
        self._least_s = late_s if self._least_s is None else min(self._least_s, late_s)
        return verdict

    def admitted(self, first_sample: int, monotonic_s: float) -> int:
        """How many samples the device lost before this block, when it says that it did.

        0 where that cannot be known. The block then begins so many samples later.
        """
        lost = 0
        if self._usual_s is not None:
            late_s = monotonic_s - first_sample / self._rate_hz
            lost = max(0, round((late_s - self._usual_s) * self._rate_hz))
        self._begin_again(first_sample + lost)
        return lost

    def _begin_again(self, first_sample: int) -> None:
        """Compare no lateness from before a loss with one after it: the estimates would add up."""
        self._windows.clear()
        self._least_s = None
        self._window_end_sample = first_sample + self._rate_hz

    def _find_missing(self) -> Missing | None:
        """A jump to a new lateness that stayed for three seconds."""
        self._unsettled += 1
        if len(self._windows) < 3:
            return None
        recent = list(self._windows)[-3:]
        if max(recent) - min(recent) > SETTLED_S:
            return None
        missing_s = min(recent) - self._usual_s if self._usual_s is not None else 0.0
        jumped = missing_s >= LEAST_MISSING_S and self._rose()
        if not jumped:
            self._usual_s = min(recent)
        self._unsettled = 0
        return Missing(round(missing_s * self._rate_hz)) if jumped else None

    def _rose(self) -> bool:
        """Whether all at once, since the lateness was settled last."""
        since = list(self._windows)[-self._unsettled - 3 :]
        return any(after - before > _LEAST_RISE_S for before, after in pairwise(since))

    def _check_rate(self) -> RateChecked | None:
        """A lateness that grows, or shrinks, all the time."""
        if self._wrong:
            growth_s = self._growth_s(_RIGHT_SPAN)
            if growth_s is None or abs(growth_s) > RIGHT_SHARE * _RIGHT_SPAN:
                return None
            return self._checked(_RIGHT_SPAN, growth_s)
        for span in _SPANS:
            growth_s = self._growth_s(span)
            if growth_s is None:
                break
            if abs(growth_s) > LEAST_GROWTH_S and self._is_even(span, growth_s):
                return self._checked(span, growth_s)
        return None

    def _growth_s(self, span: int) -> float | None:
        if len(self._windows) <= span:
            return None
        return self._windows[-1] - self._windows[-1 - span]

    def _is_even(self, span: int, growth_s: float) -> bool:
        first_s = self._windows[-1 - span]
        return all(
            abs(self._windows[index - 1 - span] - first_s - growth_s * index / span)
            < _MOST_UNEVEN * abs(growth_s)
            for index in range(span)
        )

    def _checked(self, span: int, growth_s: float) -> RateChecked:
        self._wrong = not self._wrong
        return RateChecked(self._rate_hz * span / (span + growth_s), self._wrong)
