"""Epochs as they happen: coughs with no pause of `gap_s` between offset and next onset.

The name travels with each event and `cough.epoch.end` tells the end; history derives its epochs
anew from the events, so that a review changes them (ARCHITECTURE.md, words).
"""

from __future__ import annotations

from dataclasses import dataclass

from ..storage.records import EpochEnded


@dataclass(slots=True)
class _OpenEpoch:
    epoch_id: str
    coughs: int
    onset_us: int
    offset_us: int
    offset_sample: int


class EpochTracker:
    """The open epoch of one stretch; coughs come in order of onset.

    Pauses are measured in the source's native samples, which no clock step touches.
    """

    def __init__(self, source_id: str, gap_s: float, sample_rate_hz: int) -> None:
        self._source_id = source_id
        self._gap_s = gap_s
        self._gap_samples = round(gap_s * sample_rate_hz)
        self._open: _OpenEpoch | None = None

    def add(self, event_id: str, onset_us: int, offset_us: int, offset_sample: int) -> str:
        """Count a cough in; returns its epoch's id. Call `advance` to its onset first."""
        if self._open is None:
            self._open = _OpenEpoch(event_id, 0, onset_us, offset_us, offset_sample)
        self._open.coughs += 1
        if offset_sample >= self._open.offset_sample:
            self._open.offset_sample = offset_sample
            self._open.offset_us = offset_us
        return self._open.epoch_id

    def correct(self, by_us: int) -> None:
        """The wall clock was wrong by so much."""
        if self._open is not None:
            self._open.onset_us += by_us
            self._open.offset_us += by_us

    def advance(self, decided_sample: int) -> EpochEnded | None:
        """Return the epoch if it has ended: every cough before `decided_sample` was added."""
        if self._open is None or decided_sample - self._open.offset_sample < self._gap_samples:
            return None
        return self.finish()

    def finish(self) -> EpochEnded | None:
        """Monitoring ends here, and the epoch with it."""
        if self._open is None:
            return None
        ended = EpochEnded(
            epoch_id=self._open.epoch_id,
            source_id=self._source_id,
            coughs=self._open.coughs,
            onset_us=self._open.onset_us,
            offset_us=self._open.offset_us,
            gap_s=self._gap_s,
        )
        self._open = None
        return ended
