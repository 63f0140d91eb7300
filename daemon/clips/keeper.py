"""Writes clips and forgets them, on a thread of its own."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from ...config.errors import StorageError
from ...config.private_file import write_private
from ...detectors.windows import Window
from ...storage.records import Change, EventFinished, EventRescored, OutboxRow
from ...storage.upkeep.room import free_bytes
from ..clock import Clock
from ..own_thread import OwnThread
from ..steady_clock import SteadyClock
from .choosing import Clip, ClipChooser
from .clip_file import clip_path, encode_clip
from .forgetting import ClipLimits, to_forget, uncounted
from .ports import ClipCounts
from .sealing import ClipKey
from .shelf import CHECK_NAME, ClipShelf, sealed_check

MOST_WAITING = 64
MOST_TO_FORGET = 10_000
_LOOK_EVERY_S = 60.0
_TURN_S = 0.2
_JOIN_S = 3.0

_log = logging.getLogger("coughd.clips")


class ClipKeeper:
    """Keeps clips of counted coughs; a context manager. `judged` and its like: listening thread.

    The thread `clips` writes and deletes files in one folder; it must touch neither the store nor
    the sound. At most 64 clips wait for it, then the newest is dropped: nobody waits for a clip.
    Events that are counted no more wait in the same row, thousands of them if need be.
    While the disk has less than `free_floor` bytes none is written and the oldest are deleted, so
    that clips give way before anything else does.

    Parameters
    ----------
    chooser
        Makes the choice for one stretch.
    uncounted_by_score
        Which of these events the store counts no more, though no person has said so; StorageError.
    """

    def __init__(
        self,
        data_dir: Path,
        key: ClipKey,
        chooser: Callable[[], ClipChooser],
        limits: ClipLimits,
        free_floor: int,
        clock: Clock,
        uncounted_by_score: Callable[[Sequence[str]], list[str]],
        free: Callable[[Path], int] = free_bytes,
    ) -> None:
        self._shelf = ClipShelf(data_dir, key)
        self._key = key
        self._new_chooser = chooser
        self._limits = limits
        self._free_floor = free_floor
        self._free = free
        self._clock = clock
        self._uncounted_by_score = uncounted_by_score
        self._steady = SteadyClock(clock)
        self._choosers: dict[str, ClipChooser] = {}
        self._past_vetoed = self._past_dropped = 0
        self._waiting: queue.Queue[Clip | str] = queue.Queue(MOST_TO_FORGET)
        self._stopping = threading.Event()
        self._written = self._dropped = self._unwritten = self._forgotten = 0
        self._trouble: str | None = None
        self._thread = OwnThread("clips", self._run)

    def __enter__(self) -> Self:
        """Make the folder and start the thread; what a killed daemon left too long goes first.

        Raises ConfigError for a key that is not that of the clips there, StorageError where the
        folder cannot be made.
        """
        self._shelf.check_key(self._key)
        try:
            self._shelf.folder.mkdir(mode=0o700, exist_ok=True)
            if not (self._shelf.folder / CHECK_NAME).exists():
                write_private(self._shelf.folder / CHECK_NAME, sealed_check(self._key))
        except OSError as exc:
            raise StorageError(f"{self._shelf.folder}: cannot be made ({exc.strerror})") from exc
        self._forget_later(self._uncounted_by_score(self._shelf.event_ids()))
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Write what waits, for a few seconds at most."""
        self._stopping.set()
        self._thread.has_ended(_JOIN_S)

    @property
    def is_alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive

    @property
    def counts(self) -> ClipCounts:
        """Since the start. Any thread."""
        choosers = list(self._choosers.values())
        vetoed = self._past_vetoed + sum(each.vetoed for each in choosers)
        dropped = self._past_dropped + sum(each.dropped for each in choosers)
        dropped += self._dropped + self._unwritten
        return ClipCounts(self._written, vetoed, dropped, self._forgotten)

    def judged(self, window: Window, event: EventFinished, *, is_known: bool = False) -> None:
        """See `Clips`."""
        chooser = self._choosers.setdefault(event.stretch_id, self._new_chooser())
        chooser.judged(window, event, is_known=is_known)

    def settled(self, stretch_id: str, sample: int) -> None:
        """Every event of the stretch with an onset before this 16 kHz sample is judged."""
        if stretch_id in self._choosers:
            for clip in self._choosers[stretch_id].settled(sample):
                self._offer(clip)

    def ended(self, stretch_id: str) -> None:
        """The stretch is over, and all of it is judged."""
        if stretch_id in self._choosers:
            for clip in self._choosers[stretch_id].finish():
                self._offer(clip)
            self._close(stretch_id)

    def left(self, stretch_id: str) -> None:
        """The stretch is left before all of it is judged."""
        if stretch_id in self._choosers:
            self._choosers[stretch_id].leave()
            self._close(stretch_id)

    def rescored(self, changes: Collection[Change]) -> None:
        """What a later score counts no more gets no clip."""
        for change in changes:
            if isinstance(change, EventRescored) and not change.scored.counted:
                for chooser in self._choosers.values():
                    chooser.refuse(change.event_id)

    def told(self, rows: Collection[OutboxRow]) -> None:
        """Rows are committed: what a later score counts no more loses its clip. Any thread."""
        self._forget_later(uncounted(rows))

    def _forget_later(self, event_ids: Sequence[str]) -> None:
        for event_id in event_ids:
            try:
                self._waiting.put_nowait(event_id)
            except queue.Full:
                _log.warning(
                    "%s: the clip of %s goes at the next start", self._shelf.folder, event_id
                )

    def _close(self, stretch_id: str) -> None:
        chooser = self._choosers.pop(stretch_id)
        self._past_vetoed += chooser.vetoed
        self._past_dropped += chooser.dropped

    def _offer(self, clip: Clip) -> None:
        if self._waiting.qsize() >= MOST_WAITING:
            self._dropped += 1
            return
        try:
            self._waiting.put_nowait(clip)
        except queue.Full:
            self._dropped += 1

    def _run(self) -> None:
        next_look_s = self._clock.monotonic_s()
        while True:
            if self._clock.monotonic_s() >= next_look_s:
                self._attempt(self._tidy)
                next_look_s = self._clock.monotonic_s() + _LOOK_EVERY_S
            try:
                what = self._waiting.get(timeout=_TURN_S)
            except queue.Empty:
                if self._stopping.is_set():
                    return
            else:
                self._turn(what)

    def _turn(self, what: Clip | str) -> None:
        if isinstance(what, str):
            self._attempt(partial(self._forget_one, what))
        elif not self._attempt(partial(self._write, what)):
            self._unwritten += 1

    def _attempt(self, work: Callable[[], None]) -> bool:
        """Whether it was done; trouble is said once until it is over."""
        try:
            work()
        except (OSError, StorageError) as exc:
            trouble = exc.strerror if isinstance(exc, OSError) else str(exc)
            if self._trouble != trouble:
                _log.warning("%s: no clips are kept now: %s", self._shelf.folder, trouble)
            self._trouble = trouble
            return False
        if self._trouble is not None:
            _log.info("clips are kept again")
        self._trouble = None
        return True

    def _write(self, clip: Clip) -> None:
        missing = self._free_floor - self._free(self._shelf.folder)
        if missing > 0:
            self._forget(missing)
            raise StorageError("the disk has little room, which is left to events")
        path = clip_path(self._shelf.folder, clip.header.event_id)
        write_private(path, encode_clip(clip.header, clip.samples, self._key))
        self._written += 1
        if self._written % MOST_WAITING == 0:
            self._tidy()

    def _tidy(self) -> None:
        self._forget(max(0, self._free_floor - self._free(self._shelf.folder)))

    def _forget_one(self, event_id: str) -> None:
        path = clip_path(self._shelf.folder, event_id)
        if path.exists():
            path.unlink()
            self._forgotten += 1

    def _forget(self, wanted_bytes: int) -> None:
        limits = self._limits if self._steady.is_steady() else replace(self._limits, age_us=None)
        clips = self._shelf.clips()
        for clip in to_forget(clips, limits, self._clock.utc_us(), wanted_bytes=wanted_bytes):
            clip.path.unlink(missing_ok=True)
            self._forgotten += 1
