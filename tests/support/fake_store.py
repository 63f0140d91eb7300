"""A recorder's thread for real, round a store that can be made to refuse."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

from patience import PATIENCE_S

from coughd.config.errors import StorageError
from coughd.daemon.recorder import Announcer, Housekeeper, Recorder
from coughd.storage.records import Change, OutboxRow, SourceSeen


class FakeStore:
    """Takes what it is given, or refuses as long as the test says; a row tells of each change."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.written: list[Change] = []
        self.refused = 0
        self.signs = 0
        self.refusing: StorageError | None = None

    def write(self, changes: Sequence[Change]) -> list[OutboxRow]:
        with self.changed:
            self._refuse()
            first_seq = len(self.written) + 1
            self.written.extend(changes)
            self.changed.notify_all()
        return [OutboxRow(first_seq + at, "topic", "{}") for at in range(len(changes))]

    def write_alive(self) -> None:
        with self.changed:
            self._refuse()
            self.signs += 1
            self.changed.notify_all()

    def until(self, holds: Callable[[], bool]) -> None:
        with self.changed:
            assert self.changed.wait_for(holds, PATIENCE_S)

    def _refuse(self) -> None:
        if self.refusing is not None:
            self.refused += 1
            self.changed.notify_all()
            raise self.refusing


class NobodyListens:
    """A look-alike publisher."""

    def publish(self, rows: Sequence[OutboxRow]) -> None:
        pass

    def kept_from(self, oldest_seq: int) -> None:
        pass


class NothingToTidy:
    """A look-alike housekeeper."""

    def lighten(self, changes: Sequence[Change]) -> Sequence[Change]:
        return changes

    def tidy(self) -> bool:
        return False

    def make_room(self) -> None:
        pass


def make_recorder(
    store: FakeStore,
    blocked: Callable[[], None] = lambda: None,
    housekeeper: Housekeeper | None = None,
    announcer: Announcer | None = None,
    **more: Any,
) -> Recorder:
    """The first message that is kept is the seventh."""
    announcer, housekeeper = announcer or NobodyListens(), housekeeper or NothingToTidy()
    return Recorder(store, announcer, housekeeper, lambda: 7, blocked, **more)


def fact(number: int) -> SourceSeen:
    return SourceSeen(f"source-{number}", "name", "file", number)
