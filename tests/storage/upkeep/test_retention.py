"""What is forgotten, in which order, and what stays for ever."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from coughd.config.errors import StorageError
from coughd.storage.history import History
from coughd.storage.outbox import OutboxReader
from coughd.storage.reading.local_time import to_us
from coughd.storage.records import EpochEnded, EventReviewed
from coughd.storage.rollup import read_rollup, recompute, settled
from coughd.storage.schema import embeddings, events, reviews
from coughd.storage.store import EventStore
from coughd.storage.upkeep import retention
from coughd.storage.upkeep.forgotten import events_from_us
from coughd.storage.upkeep.retention import Forgotten, Limits

from ..facts import EPOCH_US, ORIGIN, SOURCE, STRETCH, covered, event, reading, seen
from .ten_hours import (
    HOUR_MS,
    HOUR_US,
    LATER_US,
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


def test_without_limits_nothing_is_forgotten(store: EventStore, store_path: Path) -> None:
    assert not forget_all(store, Limits())
    assert counts(store_path) == (300, 300, 300)


def test_old_embeddings_go_and_their_events_stay(store: EventStore, store_path: Path) -> None:
    gone = forget_all(store, Limits(embeddings_us=4 * HOUR_US))
    assert gone == Forgotten(embeddings=180)
    with reading(store_path) as connection:
        oldest = select(func.min(events.c.onset_us)).join(embeddings)
        assert connection.execute(oldest).scalar_one() == EPOCH_US + 6 * HOUR_US


def test_what_is_heard_late_of_an_early_time_is_found_on_the_next_lap(
    store: EventStore, store_path: Path, clock: SettableClock
) -> None:
    limits = Limits(embeddings_us=4 * HOUR_US)
    forget_all(store, limits)
    store.write([event("late", 2 * HOUR_MS + 700_000, stretch_id="stretch-2")])
    assert not forget_all(store, limits)
    clock.now_us += 25 * HOUR_US
    assert forget_all(store, limits).embeddings == 121


def test_old_events_go_with_all_that_is_theirs_and_their_counts_stay(
    store: EventStore, store_path: Path, clock: SettableClock
) -> None:
    clock.now_us -= HOUR_US
    store.write([EventReviewed("event-1-3", "confirm", None, "anna", "", EPOCH_US)])
    clock.now_us += HOUR_US
    with History.open(store_path, timezone="UTC", clock=lambda: LATER_US) as history:
        before = [
            (hour.start, hour.coughs, hour.epochs, hour.monitored_s) for hour in history.by_hour()
        ]
    assert forget_all(store, Limits(events_us=4 * HOUR_US)).events == 180
    with reading(store_path) as connection:
        assert connection.execute(select(reviews)).all() == []
        assert connection.execute(select(func.count()).select_from(embeddings)).scalar_one() == 120
        stored = read_rollup(connection)
        from_us = events_from_us(connection)
        assert from_us == EPOCH_US + 5 * HOUR_US + 29 * 5_000_000 + 1
        assert stored == settled(stored, recompute(connection), from_us)
    with History.open(store_path, timezone="UTC", clock=lambda: LATER_US) as history:
        after = [
            (hour.start, hour.coughs, hour.epochs, hour.monitored_s) for hour in history.by_hour()
        ]
    assert after == before


def test_an_old_recording_that_is_being_heard_keeps_the_coughs_of_an_open_epoch(
    store: EventStore, store_path: Path, clock: SettableClock
) -> None:
    limits = Limits(events_us=4 * HOUR_US)
    forget_all(store, limits)
    first = event("first", 2 * HOUR_MS + 700_000, stretch_id="old")
    second = event("second", 2 * HOUR_MS + 700_500, stretch_id="old")
    ended = EpochEnded("first", SOURCE, 2, first.onset_us, second.offset_us, 2.0)
    told = []
    for change in (first, second, ended):
        told += store.write([change])
        assert not forget_all(store, limits)
    assert [row.topic.split(".home")[0] for row in told] == [
        "cough.event.end",
        "cough.event.end",
        "cough.epoch.end",
    ]
    with History.open(store_path, timezone="UTC", clock=lambda: LATER_US) as history:
        total = history.summary()
        assert (total.coughs, total.cough_seconds, total.epochs) == (302, 301, 301)
    clock.now_us += HOUR_US
    assert forget_all(store, limits).events == 2 + 30


def test_what_a_clock_of_the_future_wrote_can_be_forgotten(
    store: EventStore, clock: SettableClock
) -> None:
    clock.now_us += 1000 * HOUR_US
    store.write([event("late", 3 * HOUR_MS + 700_000)])
    clock.now_us -= 1000 * HOUR_US
    assert forget_all(store, Limits(events_us=4 * HOUR_US)).events == 181


def test_epochs_by_other_terms_are_unknown_where_single_coughs_are_gone(
    store: EventStore, store_path: Path
) -> None:
    def asked(history: History) -> list[int | None]:
        return [hour.epochs for hour in history.by_hour(gap_s=60)]

    with History.open(store_path, timezone="UTC", clock=lambda: LATER_US) as history:
        assert (asked(history), history.kept_from()) == ([1] * 10, None)
        forget_all(store, Limits(events_us=4 * HOUR_US))
        assert asked(history) == [None] * 6 + [1] * 4
        assert history.summary(minimum_coughs=2).epochs is None
        assert history.summary().epochs == 300
        kept_from = history.kept_from()
    assert kept_from is not None
    assert to_us(kept_from) == EPOCH_US + 5 * HOUR_US + 29 * 5_000_000 + 1


def test_a_recording_heard_again_does_not_count_its_forgotten_coughs_anew(
    store: EventStore, store_path: Path
) -> None:
    forget_all(store, Limits(events_us=4 * HOUR_US))
    assert store.write([event("event-2-7", 2 * HOUR_MS + 35_000)]) == []
    ended = EpochEnded("event-2-7", SOURCE, 1, EPOCH_US, EPOCH_US + 300_000, 2.0)
    assert store.write([ended]) == []
    assert (store.forgotten_until(STRETCH) or 0) >= (2 * HOUR_MS + 35_000) * 16
    assert store.forgotten_until("other") is None
    assert len(store.write([event("of another recording", 35_000, stretch_id="other")])) == 1
    with reading(store_path) as connection:
        sums = read_rollup(connection)
    assert sum(total for (_, _, name), total in sums.items() if name == "coughs") == 301


def test_old_messages_go_but_never_the_last(
    store: EventStore, store_path: Path, clock: SettableClock
) -> None:
    assert forget_all(store, Limits(messages_us=3 * HOUR_US)).messages == 210
    with OutboxReader.open(store_path) as reader:
        assert reader.bounds() == (211, 300)
        assert reader.page(10, 10).status == "truncated"
    clock.now_us += 1000 * HOUR_US
    assert forget_all(store, Limits(messages_us=3 * HOUR_US)).messages == 89
    (row,) = store.write([event("new", 2 * TEN_HOURS * HOUR_MS)])
    assert row.seq == 301


def test_messages_beyond_the_number_go(store: EventStore, store_path: Path) -> None:
    assert forget_all(store, Limits(messages=20)).messages == 280
    with OutboxReader.open(store_path) as reader:
        assert reader.bounds() == (281, 300)


def test_in_need_embeddings_give_way_first_and_events_last(
    store: EventStore, store_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "MESSAGES_LEFT", 100)
    order = []
    while step := store.forget(Limits(), "anything"):
        order.append((step.embeddings, step.messages, step.events))
    assert order == [(300, 0, 0), (0, 200, 0), (0, 0, 300)]
    with reading(store_path) as connection:
        sums = read_rollup(connection)
    assert sum(total for (_, _, name), total in sums.items() if name == "coughs") == 300


def test_where_only_embeddings_may_give_way_nothing_else_does(
    store: EventStore, store_path: Path
) -> None:
    assert forget_all(store, Limits(), "embeddings") == Forgotten(embeddings=300)
    assert counts(store_path) == (300, 0, 300)


@pytest.mark.sqlite
def test_what_could_not_be_deleted_is_not_passed_over(store: EventStore, store_path: Path) -> None:
    with closing(sqlite3.connect(store_path)) as other:
        other.execute(
            "CREATE TRIGGER refuse BEFORE DELETE ON embeddings "
            "BEGIN SELECT RAISE(ABORT, 'the disk is full'); END"
        )
        with pytest.raises(StorageError, match="the disk is full"):
            store.forget(Limits(), "anything")
        other.execute("DROP TRIGGER refuse")
    assert store.forget(Limits(), "anything") == Forgotten(embeddings=300)


@pytest.mark.sqlite
def test_room_that_was_freed_is_used_again(store: EventStore, store_path: Path) -> None:
    before = store.usage()
    assert before is not None
    forget_all(store, Limits(), "embeddings")
    after = store.usage()
    assert after is not None
    assert after.used < before.used
    assert after.used + after.reusable == before.used + before.reusable
    store.write([replace(event("new", TEN_HOURS * HOUR_MS), source_id=SOURCE)])
    now = store.usage()
    assert now is not None
    assert now.used + now.reusable == after.used + after.reusable


def test_a_recording_that_is_shorter_than_a_quarter_keeps_its_counts(
    store_path: Path, clock: SettableClock
) -> None:
    first_ms = 7 * 60_000
    with EventStore.open(store_path, ORIGIN, clock) as store:
        heard = [event(f"{number}", first_ms + number * 5_000) for number in range(30)]
        store.write([seen(), *heard, covered(7 * 60, 10 * 60)])
        clock.now_us = LATER_US
        assert forget_all(store, Limits(events_us=0)).events == 30
    with History.open(store_path, timezone="UTC", clock=lambda: LATER_US) as history:
        for rows in ([history.summary()], history.by_hour(), history.by_day()):
            assert [(row.coughs, row.epochs, row.monitored_s) for row in rows] == [(30, 30, 180.0)]
        (_, last) = history.extent()
        # A part of what is known is asked of the events, which are gone.
        assert history.summary(end=last - timedelta(seconds=1)).coughs == 0
