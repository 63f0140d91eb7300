"""Room for what is heard: retention, the floor of free space, the ballast.

When room runs out, things give way in this order: what is too old, embeddings (no new ones are
stored below the floor, the oldest are deleted), the ballast. Events are not given up for want of
disk space; they wait in memory.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from ...config.settings import RetentionSettings, StoreSettings
from ...storage.records import Change, EmbeddingKept, EventFinished, EventRescored
from ...storage.upkeep.retention import Forgotten, Limits, Need
from ...storage.upkeep.room import MEGABYTE, Ballast, Usage, free_bytes
from ..clock import Clock
from ..steady_clock import SteadyClock

LOOK_EVERY_S = 60.0
RESERVE_BYTES = 1_000_000
"""So much of the store's file is kept free for events while the disk is below the floor."""
_STEPS_AT_ONCE = 20

_log = logging.getLogger("coughd.housekeeping")


class Store(Protocol):
    """The part of the event store that is tidied."""

    def forget(self, limits: Limits, need: Need) -> Forgotten:
        """Delete one step's worth; StorageError."""

    def usage(self) -> Usage | None:
        """How much the store takes; StorageError."""


@dataclass(frozen=True, slots=True)
class RoomPolicy:
    """How much room things may take, in bytes."""

    limits: Limits
    largest_store: int | None
    free_floor: int
    ballast: int


def room_policy(retention: RetentionSettings, store: StoreSettings) -> RoomPolicy:
    """Give the settings in microseconds and bytes."""
    return RoomPolicy(
        Limits(
            events_us=_microseconds(retention.events_days),
            embeddings_us=_microseconds(retention.embeddings_days),
            messages_us=_microseconds(retention.messages_kept_days),
            messages=store.outbox_keep,
        ),
        largest_store=None if retention.store_mb is None else retention.store_mb * MEGABYTE,
        free_floor=retention.free_space_mb * MEGABYTE,
        ballast=retention.ballast_mb * MEGABYTE,
    )


def _microseconds(days: float | None) -> int | None:
    return None if days is None else round(days * 86_400_000_000)


class Housekeeping:
    """Tidies the store and watches the room that is left. Recorder thread.

    Parameters
    ----------
    folder
        Of a SQLite store; None for a database server, which sees to its own disk.
    """

    def __init__(self, store: Store, folder: Path | None, policy: RoomPolicy, clock: Clock) -> None:
        self._store = store
        self._folder = folder
        self._policy = policy
        self._clock = clock
        self._ballast = Ballast(folder, policy.ballast) if folder else None
        self._tight = False
        self._next_look_s = clock.monotonic_s()
        self._steady = SteadyClock(clock)

    def lighten(self, changes: Sequence[Change]) -> Sequence[Change]:
        """Leave the embeddings out while room is scarce."""
        if not self._tight:
            return changes
        return [without_embedding(one) for one in changes if not isinstance(one, EmbeddingKept)]

    def tidy(self) -> bool:
        """One step of what is due; whether messages were deleted. StorageError."""
        now_s = self._clock.monotonic_s()
        if now_s < self._next_look_s:
            return False
        self._look_at_the_disk()
        gone = self._store.forget(self._limits(), self._need())
        # There may be more to do; it is done between the batches, so that no cough waits for it.
        self._next_look_s = now_s if gone else now_s + LOOK_EVERY_S
        return gone.messages > 0

    def make_room(self) -> None:
        """After a write was refused for want of room: give up what may be. StorageError."""
        if self._ballast is not None and self._ballast.give_up():
            _log.warning("the disk is full: the ballast file was given up to go on for a while")
        self._set_tight(tight=True)
        self._next_look_s = self._clock.monotonic_s()
        for _ in range(_STEPS_AT_ONCE):
            if not self._store.forget(self._limits(), self._need()):
                return

    def _look_at_the_disk(self) -> None:
        if self._folder is None or self._ballast is None:
            return
        free = free_bytes(self._folder)
        self._set_tight(tight=free < self._policy.free_floor)
        if free > self._policy.free_floor + self._policy.ballast and not self._ballast.is_there:
            self._ballast.take()

    def _set_tight(self, *, tight: bool) -> None:
        if tight and not self._tight:
            _log.warning(
                "less than %d MB of the disk are free: no more embeddings are stored and the "
                "oldest give way; free some space",
                self._policy.free_floor // MEGABYTE,
            )
        if self._tight and not tight:
            _log.info("the disk has room again")
        self._tight = tight

    def _need(self) -> Need:
        usage = self._store.usage()
        if usage is None:
            return "none"
        largest = self._policy.largest_store
        if largest is not None and usage.used > largest:
            return "anything"
        return "embeddings" if self._tight and usage.reusable < RESERVE_BYTES else "none"

    def _limits(self) -> Limits:
        if self._steady.is_steady():
            return self._policy.limits
        return Limits(messages=self._policy.limits.messages)


def without_embedding(change: Change) -> Change:
    """Give the same fact without its 512 numbers; the scores stay."""
    match change:
        case EventFinished() | EventRescored():
            return replace(change, scored=replace(change.scored, embedding=None))
        case _:
            return change
