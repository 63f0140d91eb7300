"""Writes clips and forgets them, on a thread of its own."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from ...config.errors import StorageError
from ...config.private_file import write_private
from ...detectors.windows import Window
from ...storage.records import Change, EventFinished, EventRescored
from ...storage.upkeep.room import free_bytes
from .choosing import Clip, ClipChooser
from .clip_file import clip_path, encode_clip
from .forgetting import ClipLimits, KeptClip, to_forget
from .ports import ClipCounts
from .sealing import ClipKey
from .shelf import CHECK_NAME, ClipShelf, sealed_check

MOST_WAITING = 64
_LOOK_EVERY_S = 60.0
_TURN_S = 0.2
_JOIN_S = 3.0

_log = logging.getLogger("coughd.clips")


class ClipKeeper:
    """Keeps clips of counted coughs; a context manager. `judged` and its like: listening thread.

    The thread `clips` writes and deletes files in one folder; it must touch neither the store nor
    the sound. At most 64 clips wait for it, then the newest is dropped: nobody waits for a clip.
    While the disk has less than `free_floor` bytes none is written and the oldest are deleted, so
    that clips give way before anything else does.

    Parameters
    ----------
    chooser
        Makes the choice for one stretch.
    utc_us
        Now.
    """

    def __init__(
        self,
        data_dir: Path,
        key: ClipKey,
        chooser: Callable[[], ClipChooser],
        limits: ClipLimits,
        free_floor: int,
        utc_us: Callable[[], int],
        free: Callable[[Path], int] = free_bytes,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._shelf = ClipShelf(data_dir, key)
        self._key = key
        self._new_chooser = chooser
        self._limits = limits
        self._free_floor = free_floor
        self._utc_us = utc_us
        self._free = free
        self._clock = clock
        self._choosers: dict[str, ClipChooser] = {}
        self._past_vetoed = 0
        self._waiting: queue.Queue[Clip | str] = queue.Queue(MOST_WAITING)
        self._stopping = threading.Event()
        self._written = self._dropped = self._forgotten = 0
        self._trouble: str | None = None
        self._thread = threading.Thread(target=self._run, name="clips")

    def __enter__(self) -> Self:
        """Make the folder and start the thread.

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
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Write what waits, for a few seconds at most."""
        for chooser in self._choosers.values():
            for clip in chooser.finish():
                self._offer(clip)
        self._stopping.set()
        self._thread.join(_JOIN_S)

    @property
    def counts(self) -> ClipCounts:
        """Since the start. Any thread."""
        vetoed = self._past_vetoed + sum(each.vetoed for each in list(self._choosers.values()))
        return ClipCounts(self._written, vetoed, self._dropped, self._forgotten)

    def judged(self, window: Window, event: EventFinished) -> None:
        """A window of a stretch was judged."""
        self._choosers.setdefault(event.stretch_id, self._new_chooser()).judged(window, event)

    def settled(self, stretch_id: str, sample: int) -> None:
        """Every event of the stretch with an onset before this 16 kHz sample is judged."""
        if stretch_id in self._choosers:
            for clip in self._choosers[stretch_id].settled(sample):
                self._offer(clip)

    def ended(self, stretch_id: str) -> None:
        """The stretch is over."""
        chooser = self._choosers.pop(stretch_id, None)
        if chooser is not None:
            for clip in chooser.finish():
                self._offer(clip)
            self._past_vetoed += chooser.vetoed

    def rescored(self, changes: Collection[Change]) -> None:
        """What a later score counts no more loses its clip."""
        for change in changes:
            if isinstance(change, EventRescored) and not change.scored.counted:
                self._offer(change.event_id)

    def _offer(self, what: Clip | str) -> None:
        try:
            self._waiting.put_nowait(what)
        except queue.Full:
            self._dropped += 1

    def _run(self) -> None:
        next_look_s = self._clock()
        while True:
            if self._clock() >= next_look_s:
                self._attempt(self._tidy)
                next_look_s = self._clock() + _LOOK_EVERY_S
            try:
                what = self._waiting.get(timeout=_TURN_S)
            except queue.Empty:
                if self._stopping.is_set():
                    return
            else:
                self._attempt(
                    partial(self._write, what)
                    if isinstance(what, Clip)
                    else partial(self._forget_one, what)
                )

    def _attempt(self, work: Callable[[], None]) -> None:
        """Do it; trouble is said once until it is over, and costs a clip at most."""
        try:
            work()
        except (OSError, StorageError) as exc:
            self._dropped += 1
            trouble = exc.strerror if isinstance(exc, OSError) else str(exc)
            if self._trouble != trouble:
                _log.warning("%s: no clips are kept now: %s", self._shelf.folder, trouble)
            self._trouble = trouble
        else:
            if self._trouble is not None:
                _log.info("clips are kept again")
            self._trouble = None

    def _write(self, clip: Clip) -> None:
        missing = self._free_floor - self._free(self._shelf.folder)
        if missing > 0:
            self._forget(
                to_forget(self._shelf.clips(), self._limits, self._utc_us(), wanted_bytes=missing)
            )
            raise StorageError("the disk has little room, which is left to events")
        path = clip_path(self._shelf.folder, clip.header.event_id)
        write_private(path, encode_clip(clip.header, clip.samples, self._key))
        self._written += 1
        if self._written % MOST_WAITING == 0:
            self._tidy()

    def _tidy(self) -> None:
        missing = self._free_floor - self._free(self._shelf.folder)
        self._forget(
            to_forget(
                self._shelf.clips(), self._limits, self._utc_us(), wanted_bytes=max(0, missing)
            )
        )

    def _forget_one(self, event_id: str) -> None:
        path = clip_path(self._shelf.folder, event_id)
        if path.exists():
            path.unlink()
            self._forgotten += 1

    def _forget(self, clips: Collection[KeptClip]) -> None:
        for clip in clips:
            clip.path.unlink(missing_ok=True)
            self._forgotten += 1
