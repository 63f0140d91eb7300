"""Which coughs get a clip and which lose it again, as the listening loop and the store tell."""

from __future__ import annotations

from collections.abc import Callable, Collection

from ...detectors.windows import Window
from ...storage.records import AnchorSet, Change, EventFinished, EventRescored
from .choosing import ClipChooser
from .leaving import LeftClips
from .ports import ClipCounts
from .writer import ClipWriter


class ClipKeeper(LeftClips):
    """Also keeps clips of counted coughs.

    All but `told`, `counts` and `is_alive` are for the listening thread.

    Parameters
    ----------
    chooser
        Makes the choice for one stretch.
    """

    def __init__(self, writer: ClipWriter, chooser: Callable[[], ClipChooser]) -> None:
        super().__init__(writer)
        self._new_chooser = chooser
        self._choosers: dict[str, ClipChooser] = {}
        self._past_vetoed = self._past_dropped = 0

    @property
    def counts(self) -> ClipCounts:
        """Since the start. Any thread."""
        choosers = list(self._choosers.values())
        vetoed = self._past_vetoed + sum(each.vetoed for each in choosers)
        dropped = self._past_dropped + sum(each.dropped for each in choosers)
        writer = self._writer
        dropped += writer.dropped + writer.unwritten
        return ClipCounts(writer.written, vetoed, dropped, writer.forgotten)

    def judged(self, window: Window, event: EventFinished, *, is_known: bool = False) -> None:
        """See `Clips`."""
        chooser = self._choosers.setdefault(event.stretch_id, self._new_chooser())
        chooser.judged(window, event, is_known=is_known)

    def settled(self, stretch_id: str, sample: int) -> None:
        """Every event of the stretch with an onset before this 16 kHz sample is judged."""
        if stretch_id in self._choosers:
            for clip in self._choosers[stretch_id].settled(sample):
                self._writer.offer(clip)

    def ended(self, stretch_id: str) -> None:
        """The stretch is over, and all of it is judged."""
        if stretch_id in self._choosers:
            for clip in self._choosers[stretch_id].finish():
                self._writer.offer(clip)
            self._close(stretch_id)

    def left(self, stretch_id: str) -> None:
        """The stretch is left before all of it is judged."""
        if stretch_id in self._choosers:
            self._choosers[stretch_id].leave()
            self._close(stretch_id)

    def noted(self, changes: Collection[Change]) -> None:
        """See `Clips`."""
        for change in changes:
            match change:
                case EventRescored() if not change.scored.counted:
                    for chooser in self._choosers.values():
                        chooser.refuse(change.event_id)
                case AnchorSet() if change.corrects_us:
                    for chooser in self._choosers.values():
                        chooser.correct(change.source_id, change.corrects_us)
                    self._writer.correct(change.source_id, change.corrects_us)

    def _close(self, stretch_id: str) -> None:
        chooser = self._choosers.pop(stretch_id)
        self._past_vetoed += chooser.vetoed
        self._past_dropped += chooser.dropped
