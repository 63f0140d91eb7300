"""Writes clips and deletes them, on a thread of its own."""

from __future__ import annotations

import logging
import queue
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Self

from ...config.errors import StorageError
from ...config.private_file import write_private
from ...storage.upkeep.room import free_bytes
from ..clock import CORRECTED_US, Clock
from ..own_thread import OwnThread
from ..steady_clock import SteadyClock
from .choosing import Clip
from .clip_file import clip_path, encode_clip
from .forgetting import ClipLimits, to_forget
from .ports import CHECK_NAME
from .sealing import ClipKey
from .shelf import ClipShelf, sealed_check

MOST_WAITING = 64
MOST_TO_FORGET = 10_000
_LOOK_EVERY_S = 60.0
_TURN_S = 0.2
_JOIN_S = 3.0

_log = logging.getLogger("coughd.clips")


class ClipWriter:
    """Takes what is to be done with clips, in its order; a context manager. Any thread.

    The thread `clips` writes and deletes files in one folder; it must touch neither the store nor
    the sound. At most 64 clips wait for it, then the newest is dropped: nobody waits for a clip.
    Events that are counted no more wait in the same row, thousands of them if need be.
    While the disk has less than `free_floor` bytes none is written and the oldest are deleted, so
    that clips give way before anything else does.

    Parameters
    ----------
    key
        None: no clip is written, and those that are there go as they would have.
    uncounted_by_score
        Which of these events the store counts no more, though no person has said so; StorageError.
    """

    def __init__(
        self,
        data_dir: Path,
        key: ClipKey | None,
        limits: ClipLimits,
        free_floor: int,
        clock: Clock,
        uncounted_by_score: Callable[[Sequence[str]], list[str]],
        free: Callable[[Path], int] = free_bytes,
    ) -> None:
        self._shelf = ClipShelf(data_dir, key)
        self._key = key
        self._limits = limits
        self._free_floor = free_floor
        self._clock = clock
        self._uncounted_by_score = uncounted_by_score
        self._free = free
        self._steady = SteadyClock(clock)
        self._waiting: queue.Queue[Callable[[], None]] = queue.Queue(MOST_TO_FORGET)
        self._stopping = threading.Event()
        self._of_this_life: deque[tuple[str, float]] = deque(maxlen=MOST_TO_FORGET)
        self._trouble: str | None = None
        self._thread = OwnThread("clips", self._run)
        self.written = 0
        self.forgotten = 0
        self.dropped = 0
        """Too many waited for the thread, or there is no key."""
        self.unwritten = 0
        """The disk did not take them, or had no room."""

    def __enter__(self) -> Self:
        """Make the folder and start the thread; what a killed daemon left too long goes first.

        Raises ConfigError for a key that is not that of the clips there, StorageError where the
        folder cannot be made or read. Without a key nothing is raised: no clip waits for it.
        """
        if self._key is None:
            self._attempt(self._clear_up)
        else:
            self._make_folder(self._key)
            self._clear_up()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Do what waits, for a few seconds at most."""
        self._stopping.set()
        self._thread.has_ended(_JOIN_S)

    @property
    def is_alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive

    @property
    def waiting(self) -> int:
        """How much is still to be done."""
        return self._waiting.qsize()

    def offer(self, clip: Clip) -> None:
        """Write a clip. One thread."""
        key = self._key
        is_full = self.waiting >= MOST_WAITING
        if key is None or is_full or not self._put(partial(self._write, clip, key)):
            self.dropped += 1

    def forget(self, event_ids: Sequence[str]) -> None:
        """Delete the clips of these events, where there are any."""
        put = [self._put(partial(self._forget_one, event_id)) for event_id in event_ids]
        if not all(put):  # without their ids, which are times of coughs
            _log.warning(
                "%s: some clips of what counts no more go at the next start", self._shelf.folder
            )

    def correct(self, source_id: str, by_us: int) -> None:
        """The time of this source's clips was wrong by so much."""
        if not self._put(partial(self._move, source_id, by_us)):
            _log.warning("%s: clips of %s keep a wrong time", self._shelf.folder, source_id)

    def _make_folder(self, key: ClipKey) -> None:
        self._shelf.check_key(key)
        folder = self._shelf.folder
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            if not (folder / CHECK_NAME).exists():
                write_private(folder / CHECK_NAME, sealed_check(key))
        except OSError as exc:
            raise StorageError(f"{folder}: cannot be made ({exc.strerror})") from exc

    def _clear_up(self) -> None:
        """Let go what a killed daemon left; StorageError."""
        self._shelf.drop_drafts()
        self.forget(self._uncounted_by_score(self._shelf.event_ids()))

    def _put(self, work: Callable[[], None]) -> bool:
        try:
            self._waiting.put_nowait(work)
        except queue.Full:
            return False
        return True

    def _run(self) -> None:
        next_look_s = self._clock.monotonic_s()
        while True:
            if self._clock.monotonic_s() >= next_look_s:
                self._attempt(self._tidy)
                next_look_s = self._clock.monotonic_s() + _LOOK_EVERY_S
            try:
                work = self._waiting.get(timeout=_TURN_S)
            except queue.Empty:
                if self._stopping.is_set():
                    return
            else:
                self._attempt(work)

    def _attempt(self, work: Callable[[], None]) -> None:
        """Do it, if possible; trouble is said once until it is over."""
        try:
            work()
        except (OSError, StorageError) as exc:
            trouble = exc.strerror if isinstance(exc, OSError) else str(exc)
            if self._trouble != trouble:
                what = "no clips are kept now" if self._key else "old clips are kept too long"
                _log.warning("%s: %s: %s", self._shelf.folder, what, trouble)
            self._trouble = trouble
        else:
            if self._trouble is not None:
                _log.info("clips are kept again" if self._key else "old clips are deleted again")
            self._trouble = None

    def _write(self, clip: Clip, key: ClipKey) -> None:
        try:
            self._save(clip, key)
        except (OSError, StorageError):
            self.unwritten += 1
            raise

    def _save(self, clip: Clip, key: ClipKey) -> None:
        missing = self._free_floor - self._free(self._shelf.folder)
        if missing > 0:
            self._make_room(missing)
            raise StorageError("the disk has little room, which is left to events")
        path = clip_path(self._shelf.folder, clip.header.event_id)
        write_private(path, encode_clip(clip.header, clip.samples, key))
        self.written += 1
        self._of_this_life.append((clip.header.event_id, self._clock.monotonic_s()))
        if self.written % MOST_WAITING == 0:
            self._tidy()

    def _move(self, source_id: str, by_us: int) -> None:
        """Only what was written in this life, as the store does with its events."""
        since_s = self._clock.monotonic_s() - CORRECTED_US / 1_000_000
        of_late = [event_id for event_id, at_s in self._of_this_life if at_s >= since_s]
        self._shelf.correct(of_late, source_id, by_us)

    def _tidy(self) -> None:
        self._make_room(max(0, self._free_floor - self._free(self._shelf.folder)))

    def _forget_one(self, event_id: str) -> None:
        path = clip_path(self._shelf.folder, event_id)
        if path.exists():
            path.unlink()
            self.forgotten += 1

    def _make_room(self, wanted_bytes: int) -> None:
        limits = self._limits if self._steady.is_steady() else replace(self._limits, age_us=None)
        clips = self._shelf.clips()
        for clip in to_forget(clips, limits, self._clock.utc_us(), wanted_bytes=wanted_bytes):
            clip.path.unlink(missing_ok=True)
            self.forgotten += 1
