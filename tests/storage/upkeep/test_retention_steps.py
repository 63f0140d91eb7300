"""How much one step of forgetting does, and what waits for it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from coughd.storage.store import EventStore
from coughd.storage.upkeep import retention
from coughd.storage.upkeep.retention import Forgotten, Limits

from ..facts import event
from .ten_hours import (
    HOUR_MS,
    HOUR_US,
    TEN_HOURS,
    SettableClock,
    counts,
    forget_all,
    ten_hours,
)


@pytest.fixture
def clock() -> SettableClock:
    return SettableClock()


@pytest.fixture
def store(store_path: Path, clock: SettableClock) -> Iterator[EventStore]:
    with ten_hours(store_path, clock) as opened:
        yield opened


def instructions_of(store: EventStore, limits: Limits) -> int:
    """Give how much SQLite does for one step, in tens of its instructions."""
    counted: list[None] = []
    connection = store._writing.connection.connection.driver_connection
    assert isinstance(connection, sqlite3.Connection)
    connection.set_progress_handler(lambda: counted.append(None), 10)
    assert store.forget(limits, "none")
    connection.set_progress_handler(None, 10)
    return len(counted)


@pytest.mark.sqlite
def test_a_step_is_as_short_in_a_store_of_years_as_in_one_of_hours(
    store: EventStore, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("EVENTS_AT_ONCE", "MESSAGES_AT_ONCE"):
        monkeypatch.setattr(retention, name, 10)
    steps = (Limits(embeddings_us=0), Limits(messages_us=0))
    forget_all(store, steps[0])
    clock.now_us += 30 * HOUR_US
    short = [instructions_of(store, step) for step in steps]
    for hour in range(TEN_HOURS, 3 * TEN_HOURS):
        store.write([event(f"{hour}-{one}", hour * HOUR_MS + one * 5_000) for one in range(60)])
    forget_all(store, steps[0])
    clock.now_us += 30 * HOUR_US
    for before, step in zip(short, steps, strict=True):
        assert instructions_of(store, step) < 2 * before


def test_nothing_else_gives_way_before_all_events_were_looked_at_for_embeddings(
    store: EventStore, store_path: Path, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, number in {"EVENTS_AT_ONCE": 10, "A_HANDFUL": 5, "MESSAGES_LEFT": 100}.items():
        monkeypatch.setattr(retention, name, number)
    forget_all(store, Limits(embeddings_us=4 * HOUR_US))
    clock.now_us += 24 * HOUR_US
    assert store.forget(Limits(), "anything") == Forgotten(unfinished=True)
    while counts(store_path)[1]:
        gone = store.forget(Limits(), "anything")
        assert gone
        assert (gone.messages, gone.events) == (0, 0)
    assert forget_all(store, Limits(), "anything").messages == 200
