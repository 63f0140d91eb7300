"""What the pipeline tells of sound that might be kept."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from ...detectors.windows import Window
from ...storage.records import Change, EventFinished


class Clips(Protocol):
    """Hears of each judged window; the listening loop never waits for it."""

    def judged(self, window: Window, event: EventFinished) -> None:
        """A window of a stretch was judged; they come in the order of their onsets."""

    def settled(self, stretch_id: str, sample: int) -> None:
        """Every event of the stretch with an onset before this 16 kHz sample is judged."""

    def ended(self, stretch_id: str) -> None:
        """The stretch is over."""

    def rescored(self, changes: Collection[Change]) -> None:
        """What a later score counts no more loses its clip."""


class NoClips:
    """The default: no sound is kept."""

    def judged(self, window: Window, event: EventFinished) -> None:
        """See `Clips`."""

    def settled(self, stretch_id: str, sample: int) -> None:
        """See `Clips`."""

    def ended(self, stretch_id: str) -> None:
        """See `Clips`."""

    def rescored(self, changes: Collection[Change]) -> None:
        """See `Clips`."""
