"""Epochs as they happen: coughs with no pause of `gap_s` between offset and next onset.

The name travels with each event and `cough.epoch.end` tells the end; history derives its epochs
anew from the events, so that a review changes them (DESIGN.md, words).
"""

from __future__ import annotations

from dataclasses import dataclass

from ..storage.records import EpochEnded


@dataclass(frozen=True, slots=True)
class _OpenEpoch:
    epoch_id: str
    coughs: int
    onset_us: int
    offset_us: int


class EpochTracker:
    """The open epoch of one stretch; coughs come in order of onset."""

    def __init__(self, source_id: str, gap_s: float) -> None:
        self._source_id = source_id
        self._gap_s = gap_s
        self._gap_us = round(gap_s * 1_000_000)
        self._open: _OpenEpoch | None = None

    def add(self, event_id: str, onset_us: int, offset_us: int) -> str:
        """Count a cough in; returns its epoch's id. Call `advance` to its onset first."""
        if self._open is None:
            self._open = _OpenEpoch(event_id, 1, onset_us, offset_us)
        else:
            self._open = _OpenEpoch(
                self._open.epoch_id,
                self._open.coughs + 1,
                self._open.onset_us,
                max(self._open.offset_us, offset_us),
            )
        return self._open.epoch_id

    def advance(self, decided_us: int) -> EpochEnded | None:
        """Return the epoch if it has ended: every cough before `decided_us` was added."""
        if self._open is None or decided_us - self._open.offset_us < self._gap_us:
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
