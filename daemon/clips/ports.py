"""What the pipeline tells of sound that might be kept."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from ...detectors.windows import Window
from ...storage.records import Change, EventFinished, OutboxRow

CLIPS_FOLDER = "clips"
"""Of the data directory."""
CHECK_NAME = "key.check"
"""In that folder: by it another key than that of the clips is found out."""


@dataclass(frozen=True, slots=True)
class ClipCounts:
    """What became of the clips, since the start."""

    written: int
    vetoed: int
    """Not kept since somebody may have spoken in them."""
    dropped: int
    """Gave way: too many waited, the disk had no room, or a stop came before all was judged."""
    forgotten: int


class Clips(Protocol):
    """Hears of each judged window; the listening loop never waits for it."""

    @property
    def counts(self) -> ClipCounts | None:
        """Since the start; None where no clips are kept. Any thread."""

    @property
    def is_alive(self) -> bool:
        """Whether clips are kept as they should be, or none are to be. Any thread."""

    def judged(self, window: Window, event: EventFinished, *, is_known: bool = False) -> None:
        """A window of a stretch was judged; they come in the order of their onsets.

        What is known was decided by an earlier daemon: it gets no clip, and may still forbid one.
        """

    def settled(self, stretch_id: str, sample: int) -> None:
        """Every event of the stretch with an onset before this 16 kHz sample is judged."""

    def ended(self, stretch_id: str) -> None:
        """The stretch is over, and all of it is judged."""

    def left(self, stretch_id: str) -> None:
        """The stretch is left before all of it is judged: what is undecided gets no clip."""

    def noted(self, changes: Collection[Change]) -> None:
        """What a later score counts no more gets no clip; a clock that is set corrects the rest."""

    def told(self, rows: Collection[OutboxRow]) -> None:
        """Rows are committed: what a later score counts no more loses its clip. Any thread."""


class NoClips:
    """The default: no sound is kept."""

    @property
    def counts(self) -> ClipCounts | None:
        """See `Clips`."""
        return None

    @property
    def is_alive(self) -> bool:
        """See `Clips`."""
        return True

    def judged(self, window: Window, event: EventFinished, *, is_known: bool = False) -> None:
        """See `Clips`."""

    def settled(self, stretch_id: str, sample: int) -> None:
        """See `Clips`."""

    def ended(self, stretch_id: str) -> None:
        """See `Clips`."""

    def left(self, stretch_id: str) -> None:
        """See `Clips`."""

    def noted(self, changes: Collection[Change]) -> None:
        """See `Clips`."""

    def told(self, rows: Collection[OutboxRow]) -> None:
        """See `Clips`."""
