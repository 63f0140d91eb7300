"""A store of ten hours, and what is left of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import func, select

from coughd.storage.records import Change
from coughd.storage.schema import embeddings, events, outbox
from coughd.storage.store import EventStore
from coughd.storage.upkeep.retention import Forgotten, Limits, Need

from ..facts import EPOCH_US, ORIGIN, covered, event, reading, seen

HOUR_MS = 3_600_000
HOUR_US = HOUR_MS * 1_000
TEN_HOURS = 10
LATER_US = EPOCH_US + TEN_HOURS * HOUR_US


class SettableClock:
    """UTC as the test says."""

    def __init__(self) -> None:
        self.now_us = EPOCH_US

    def __call__(self) -> int:
        return self.now_us


@contextmanager
def ten_hours(store_path: Path, clock: SettableClock) -> Iterator[EventStore]:
    """Ten hours of a file with 30 coughs each, told as they were heard."""
    with EventStore.open(store_path, ORIGIN, clock) as opened:
        opened.write([seen()])
        for hour in range(TEN_HOURS):
            clock.now_us = EPOCH_US + hour * HOUR_US
            changes: list[Change] = [
                event(f"event-{hour}-{number}", hour * HOUR_MS + number * 5_000)
                for number in range(30)
            ]
            opened.write([*changes, covered(hour * 3_600, (hour + 1) * 3_600)])
        clock.now_us = LATER_US
        yield opened


def forget_all(store: EventStore, limits: Limits, need: Need = "none") -> Forgotten:
    total = Forgotten()
    while step := store.forget(limits, need):
        total = Forgotten(
            total.embeddings + step.embeddings,
            total.messages + step.messages,
            total.events + step.events,
        )
    return total


def counts(path: Path) -> tuple[int, int, int]:
    with reading(path) as connection:
        return tuple(  # type: ignore[return-value]
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (events, embeddings, outbox)
        )
