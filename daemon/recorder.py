"""The way into the store: one thread that commits, then hands on what was committed."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Protocol, Self, TypeVar

from ..config.errors import StorageError, StorageFullError
from ..storage.records import Change, OutboxRow
from .own_thread import OwnThread

LARGEST_BATCH = 200
FIRST_REST_S, LONGEST_REST_S = 0.5, 10.0
CLOSE_S = 3.0
"""How long a stop waits for a disk that takes nothing; systemd's patience is longer."""
ALIVE_EVERY_S = 10.0
"""A store that has been given nothing for so long is given a sign of life."""
BLOCKED_TURN_S = 0.5
_LOOK_S = 0.25
"""So often it looks whether to end, where nothing comes."""

_log = logging.getLogger("coughd.recorder")
_T = TypeVar("_T")


class Store(Protocol):
    """The part of the event store that the recorder writes through."""

    def write(self, changes: Sequence[Change]) -> list[OutboxRow]:
        """Commit all or nothing; StorageError."""

    def write_alive(self) -> None:
        """Commit a sign of life; StorageError."""


class Housekeeper(Protocol):
    """Who sees to it that there is room; each method may raise StorageError."""

    def lighten(self, changes: Sequence[Change]) -> Sequence[Change]:
        """Give the changes as they shall be stored."""

    def tidy(self) -> bool:
        """Do one short step of what is due; whether messages were deleted."""

    def make_room(self) -> None:
        """Give something up after a commit was refused for want of room."""


class Announcer(Protocol):
    """The part of the publisher that hears of commits."""

    def publish(self, rows: Sequence[OutboxRow]) -> None:
        """Tell rows that are committed."""

    def kept_from(self, oldest_seq: int) -> None:
        """Older rows can no longer be asked for."""


@dataclass(frozen=True, slots=True)
class RecorderCounts:
    """What `status` shows of this buffer."""

    waiting: int
    written: int
    failures: int
    """Commits that were refused and tried again."""
    refused: str | None
    """Why the store takes nothing now; None where it does."""
    capacity: int = 0
    """Changes that may wait before the listening loop does."""
    commit_age_s: float = 0.0
    """Since the store last took something, if only a sign of life."""


class Recorder:
    """Commits changes in their order; a context manager.

    The thread `recorder` is the only one that writes the store, and it tells the publisher after
    each commit; it must not touch sound or sockets. A refused commit is tried again until it
    succeeds, with growing rests, while `keep` goes on filling the queue and then blocks.

    Parameters
    ----------
    oldest_seq
        The first message that is kept; StorageError.
    blocked
        Called twice a second by a `keep` that finds the queue full; what it raises ends the wait.
    max_waiting
        Bound of the queue; when it is full `keep` blocks, so nothing is forgotten.
    clock
        Monotonic seconds.
    """

    def __init__(
        self,
        store: Store,
        announcer: Announcer,
        housekeeper: Housekeeper,
        oldest_seq: Callable[[], int],
        blocked: Callable[[], None],
        max_waiting: int = 10_000,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._announcer = announcer
        self._housekeeper = housekeeper
        self._oldest_seq = oldest_seq
        self._blocked = blocked
        self._clock = clock
        self._changes: queue.Queue[Change] = queue.Queue(max_waiting)
        self._closing = threading.Event()
        self._given_up = threading.Event()
        self._kept = 0
        self._written = 0
        self._failures = 0
        self._refused: str | None = None
        self._untidy = False
        self._turns = 0
        self._wrote_s = clock()
        self._thread = OwnThread("recorder", self._run)

    def __enter__(self) -> Self:
        """Start the thread."""
        self._thread.start()
        return self

    def __exit__(self, _kind: object, error: object, _trace: object) -> None:
        """Commit what waits, for as long as the disk takes it.

        Raises
        ------
        StorageError
            The disk took nothing until the deadline; says how many changes are lost.
        """
        self._closing.set()
        before = None
        while self._thread.is_alive and before != self._written:
            before = self._written
            self._thread.wait(CLOSE_S)
        self._given_up.set()
        self._thread.has_ended(CLOSE_S)
        lost = self._kept - self._written
        if lost:
            sentence = f"the store took no more: {lost} changes are not written"
            if error is None:
                raise StorageError(sentence)
            _log.error("%s", sentence)

    def keep(self, change: Change) -> None:
        """Queue a change; blocks while the queue is full. Listening thread."""
        while True:
            try:
                self._changes.put(change, timeout=BLOCKED_TURN_S)
            except queue.Full:
                self._blocked()
            else:
                self._kept += 1
                return

    @property
    def kept(self) -> int:
        """How many changes were ever queued; the last of them is committed once `written` is so."""
        return self._kept

    @property
    def is_alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive

    @property
    def turns(self) -> int:
        """Grows as long as the thread looks for work, or tries to commit. Any thread."""
        return self._turns

    @property
    def counts(self) -> RecorderCounts:
        """Since the start. Any thread."""
        return RecorderCounts(
            waiting=self._changes.qsize(),
            written=self._written,
            failures=self._failures,
            refused=self._refused,
            capacity=self._changes.maxsize,
            commit_age_s=self._clock() - self._wrote_s,
        )

    def _run(self) -> None:
        self._tidy()
        while batch := self._next_batch():
            rows = self._insist(partial(self._write, batch))
            if rows is None:
                return
            self._written += len(batch)
            self._wrote_s = self._clock()
            self._announcer.publish(rows)
            self._tidy()

    def _write(self, batch: Sequence[Change]) -> list[OutboxRow]:
        return self._store.write(self._housekeeper.lighten(batch))

    def _tidy(self) -> None:
        """Tidy what is due; nothing that was heard waits for what cannot be tidied now."""
        try:
            if self._housekeeper.tidy():
                self._announcer.kept_from(self._oldest_seq())
        except StorageError as exc:
            self._failures += 1
            if not self._untidy:
                _log.error("%s; it is tried again, and events are stored meanwhile", exc)
            self._untidy = True
        else:
            self._untidy = False

    def _next_batch(self) -> list[Change]:
        """What waits, at least one change; nothing only when closing."""
        batch: list[Change] = []
        while not batch:
            if self._given_up.is_set():
                return []
            self._turns += 1
            try:
                batch.append(self._changes.get(timeout=_LOOK_S))
            except queue.Empty:
                if self._closing.is_set():
                    return []
                self._stay_alive()
        while len(batch) < LARGEST_BATCH:
            try:
                batch.append(self._changes.get_nowait())
            except queue.Empty:
                break
        return batch

    def _stay_alive(self) -> None:
        """Without sound to account for, show that the disk would take it."""
        if self._clock() - self._wrote_s >= ALIVE_EVERY_S:
            self._insist(self._store.write_alive)
            self._wrote_s = self._clock()
            self._tidy()

    def _insist(self, write: Callable[[], _T]) -> _T | None:
        """Write until it is written; None where the daemon stops before."""
        rest_s = FIRST_REST_S
        failed = False
        while True:
            self._turns += 1
            try:
                result = write()
            except StorageError as exc:
                self._failures += 1
                self._refused = str(exc)
                if not failed:
                    _log.error("%s; everything heard waits in memory meanwhile", exc)
                failed = True
                if isinstance(exc, StorageFullError):
                    # What cannot even be tidied is tried again with everything else.
                    with suppress(StorageError):
                        self._housekeeper.make_room()
                if self._closing.is_set():
                    if self._given_up.wait(FIRST_REST_S):
                        return None
                elif not self._closing.wait(rest_s):
                    rest_s = min(2 * rest_s, LONGEST_REST_S)
            else:
                if failed:
                    _log.info("the store takes events again")
                self._refused = None
                return result
