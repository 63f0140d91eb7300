"""The writing side of the store: facts in, one transaction each time, messages out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy
from pathlib import Path
from typing import Self, assert_never

from sqlalchemy import bindparam, func, select

from ..config.errors import StorageError
from .clock_write import write_anchor
from .closing import Closing
from .coverage_write import write_covered
from .event_state import REVIEW_REASONS
from .events_write import (
    write_epoch,
    write_finished,
    write_kept,
    write_rescored,
    write_reviewed,
)
from .messages import Sender
from .meta import ALIVE_US, write_meta
from .place import store_url
from .records import (
    AnchorSet,
    Change,
    Configured,
    Covered,
    EmbeddingKept,
    EpochEnded,
    EventFinished,
    EventRescored,
    EventReviewed,
    Fact,
    Listening,
    Origin,
    OutboxRow,
    SourceChanged,
    SourceSeen,
)
from .remembered import Remembered
from .rollup import write_tally
from .schema import coverage, events
from .sources_write import read_anchors, write_listening, write_seen, write_source_changed
from .told import Told
from .transaction import Transaction
from .upkeep.forgotten import forgotten_until, is_holed
from .upkeep.retention import Forgotten, Limits, Need, Sweep, forget
from .upkeep.room import Usage, usage_of
from .writing import Writing

_AT_ONCE = 500
_UNCOUNTED = select(events.c.event_id).where(
    events.c.event_id.in_(bindparam("ids", expanding=True)),
    ~events.c.counted,
    func.coalesce(events.c.reason, "").not_in(REVIEW_REASONS.values()),
)
_KNOWN = select(events.c.event_id).where(events.c.stretch_id == bindparam("stretch"))
_LAST_ONSET = select(func.max(events.c.onset_sample)).where(
    events.c.stretch_id == bindparam("stretch")
)
_COVERED = select(func.max(coverage.c.end_sample)).where(
    coverage.c.stretch_id == bindparam("stretch")
)


class EventStore(Closing):
    """The one writer of a store; a context manager, used by one thread at a time.

    Every method raises StorageError, and then nothing of its call is in the store.
    """

    def __init__(
        self, writing: Writing, sender: Sender, remembered: Remembered, clock: Callable[[], int]
    ) -> None:
        self._writing = writing
        self._sender = sender
        self._clock = clock
        self._sweep = Sweep()
        self._remembered = remembered

    @classmethod
    def open(
        cls,
        url_or_path: str | Path,
        origin: Origin,
        clock: Callable[[], int],
        data_dir: Path | None = None,
    ) -> Self:
        """Open a store for writing; a missing one is made, an older one migrated.

        `clock` gives UTC in microseconds, for `recorded_at`. A SQLite store belongs to the holder
        of the data directory's `InstanceLock`. In `data_dir` lies how far the store was told; one
        that has gone back since is another store to subscribers.
        """
        told = None if data_dir is None else Told(data_dir)
        writing = Writing.open(store_url(url_or_path), clock, told)
        try:
            with writing.transaction("cannot be read") as connection:
                remembered = Remembered(connection, writing.store_id, told)
        except StorageError:
            writing.close()
            raise
        return cls(writing, Sender(origin, writing.store_id), remembered, clock)

    @property
    def store_id(self) -> str:
        """Which store this is; it travels with every message."""
        return self._sender.store_id

    @property
    def sender(self) -> Sender:
        """Who tells, for the ephemeral messages beside the stored ones."""
        return self._sender

    def write_alive(self) -> None:
        """Write down that the daemon is alive now, and that the disk still takes it."""
        with self._writing.transaction("cannot be written") as connection:
            write_meta(connection, ALIVE_US, str(self._clock()))

    def write(self, changes: Sequence[Change]) -> list[OutboxRow]:
        """Apply the changes in order in one transaction; returns what to publish, by `seq`.

        When it returns, all of it survives a power cut; when it raises, nothing of it is stored
        and the same call may be made again. A database server that has come back with less than it
        had is another store from then on.

        Raises
        ------
        StorageError
            The disk is full, gone or read-only, or a fact names an unknown source.
        UsageError
            A review that relabels without a label.
        """
        with self._writing.transaction("cannot be written") as connection:
            transaction = Transaction(connection, self._sender, self._clock())
            transaction = self._remembered.begin(transaction)
            for change in changes:
                if isinstance(change, Configured):
                    transaction = transaction.configured(change.config_sha256)
                else:
                    _apply(transaction, change)
            write_tally(connection, transaction.tally)
        self._sender = transaction.sender
        self._writing.store_id = self.store_id
        self._remembered.committed(transaction, changes)
        return transaction.told

    def known_event_ids(self, stretch_id: str) -> frozenset[str]:
        """Which events of a stretch are stored, counted or not."""
        with self._writing.transaction("cannot be read") as connection:
            found = connection.execute(_KNOWN, {"stretch": stretch_id}).scalars()
            return frozenset(found)

    def uncounted_by_score(self, event_ids: Sequence[str]) -> list[str]:
        """Which of these events are stored, and not counted though nobody has said so."""
        with self._writing.transaction("cannot be read") as connection:
            return [
                event_id
                for at in range(0, len(event_ids), _AT_ONCE)
                for event_id in connection.execute(
                    _UNCOUNTED, {"ids": list(event_ids[at : at + _AT_ONCE])}
                ).scalars()
            ]

    def heard_until(self, stretch_id: str) -> tuple[int | None, int | None]:
        """Give the last onset that is stored of a stretch, and up to which sample it is covered.

        Neither where events of it may be lost to damage: what was told before is not known then.
        """
        with self._writing.transaction("cannot be read") as connection:
            if is_holed(connection, stretch_id):
                return None, None
            onset = connection.execute(_LAST_ONSET, {"stretch": stretch_id}).scalar()
            covered = connection.execute(_COVERED, {"stretch": stretch_id}).scalar()
            return onset, covered

    def forgotten_until(self, stretch_id: str) -> int | None:
        """Up to which onset (native sample) a stretch's events were deleted; None: none was."""
        with self._writing.transaction("cannot be read") as connection:
            return forgotten_until(connection, stretch_id)

    def anchors(self, stretch_id: str) -> list[AnchorSet]:
        """Give a stretch's anchors in order of their samples."""
        with self._writing.transaction("cannot be read") as connection:
            return read_anchors(connection, stretch_id)

    def forget(self, limits: Limits, need: Need) -> Forgotten:
        """Delete one small step's worth of what is too old, or of what the need reaches."""
        # What is rolled back is still there: the sweep goes on from where the last commit left it.
        sweep = copy(self._sweep)
        with self._writing.transaction("cannot be tidied") as connection:
            gone = forget(connection, sweep, limits, need, self._clock())
        self._sweep = sweep
        return gone

    def usage(self) -> Usage | None:
        """How much the store takes; None for a database server."""
        with self._writing.transaction("cannot be read") as connection:
            return usage_of(connection)

    def close(self) -> None:
        """Close the connection; a second call does nothing."""
        self._remembered.close()
        self._writing.close()


def _apply(transaction: Transaction, change: Fact) -> None:  # noqa: C901
    """Send each kind of fact to the one function that writes it."""
    match change:
        case Listening():
            write_listening(transaction, change)
        case SourceSeen():
            write_seen(transaction, change)
        case AnchorSet():
            write_anchor(transaction, change)
        case Covered():
            write_covered(transaction, change)
        case EventFinished():
            write_finished(transaction, change)
        case EventRescored():
            write_rescored(transaction, change)
        case EmbeddingKept():
            write_kept(transaction, change)
        case EpochEnded():
            write_epoch(transaction, change)
        case SourceChanged():
            write_source_changed(transaction, change)
        case EventReviewed():
            write_reviewed(transaction, change)
        case _:
            assert_never(change)
