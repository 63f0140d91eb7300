"""What `status` says of the latest events: when, and how soon after they were heard."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection
from dataclasses import dataclass

from ...storage.records import AnchorSet, Change, EventFinished
from ..clock import Clock

_REMEMBERED = 64


@dataclass(frozen=True, slots=True)
class Latency:
    """From an onset to the event in the store's queue, over the latest events."""

    events: int
    typical_s: float
    """The median."""
    longest_s: float


class LatestEvents:
    """Remembers each source's last cough, and the latest delays; written by the listening loop.

    `live` are the sources whose sound is as old as it seems: a file has no delay.
    """

    def __init__(self, live: Collection[str], clock: Clock) -> None:
        self._live = live
        self._clock = clock
        self._delays_s: deque[float] = deque(maxlen=_REMEMBERED)
        self._last_cough_us: dict[str, int] = {}

    def note(self, change: Change) -> None:
        """A change is on its way to the store."""
        match change:
            case EventFinished():
                self._judged(change)
            case AnchorSet() if change.source_id in self._last_cough_us:
                self._last_cough_us[change.source_id] += change.corrects_us

    def _judged(self, event: EventFinished) -> None:
        if event.scored.counted:
            self._last_cough_us[event.source_id] = event.onset_us
        if event.source_id in self._live:
            self._delays_s.append((self._clock.utc_us() - event.onset_us) / 1_000_000)

    def last_cough_us(self, source_id: str) -> int | None:
        """Onset of the source's last counted cough since the start. Any thread."""
        return self._last_cough_us.get(source_id)

    @property
    def latency(self) -> Latency | None:
        """None before the first event. Any thread."""
        delays_s = sorted(self._delays_s.copy())
        if not delays_s:
            return None
        return Latency(len(delays_s), delays_s[len(delays_s) // 2], delays_s[-1])
