"""What gives way when: by the clock, by the floor, by the store's size."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fakes import FakeClock

from coughd.config.errors import StorageError
from coughd.config.settings import RetentionSettings, StoreSettings
from coughd.daemon.steady_clock import STEADY_S
from coughd.daemon.supervision import housekeeping
from coughd.daemon.supervision.housekeeping import (
    LOOK_EVERY_S,
    RESERVE_BYTES,
    Housekeeping,
    RoomPolicy,
    room_policy,
)
from coughd.storage.records import Change, EmbeddingKept, EventRescored
from coughd.storage.upkeep.retention import Forgotten, Limits, Need
from coughd.storage.upkeep.room import BALLAST_NAME, Usage

from ...storage.facts import EMBEDDER, event, scored, seen

AGES = Limits(events_us=1, embeddings_us=1, messages_us=1, messages=1_000)
NO_AGES = Limits(messages=1_000)
POLICY = RoomPolicy(AGES, largest_store=10_000_000, free_floor=50_000_000, ballast=4096)
PLENTY = 1_000_000_000


class FakeStore:
    """Writes down what it is asked to forget, and forgets as much as it is told to."""

    def __init__(self) -> None:
        self.asked: list[tuple[Limits, Need]] = []
        self.steps: list[Forgotten] = []
        self.now = Usage(used=0, reusable=0)

    def forget(self, limits: Limits, need: Need) -> Forgotten:
        self.asked.append((limits, need))
        return self.steps.pop(0) if self.steps else Forgotten()

    def usage(self) -> Usage:
        return self.now


@pytest.fixture
def free(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Says how much of the disk is free."""

    def says(size: int) -> None:
        monkeypatch.setattr(housekeeping, "free_bytes", lambda _folder: size)

    says(PLENTY)
    return says


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def keeper(
    store: FakeStore, clock: FakeClock, free: Callable[[int], None], tmp_path: Path
) -> Housekeeping:
    return Housekeeping(store, tmp_path, POLICY, clock)


def pass_time(clock: FakeClock, seconds: float) -> None:
    clock.now_monotonic_s += seconds
    clock.now_utc_us += round(seconds * 1e6)


def test_it_looks_once_a_minute_and_at_once_again_where_there_is_more(
    keeper: Housekeeping, store: FakeStore, clock: FakeClock
) -> None:
    store.steps = [Forgotten(events=1), Forgotten(messages=1), Forgotten()]
    assert [keeper.tidy() for _ in range(5)] == [False, True, False, False, False]
    assert len(store.asked) == 3
    pass_time(clock, LOOK_EVERY_S)
    keeper.tidy()
    assert len(store.asked) == 4


def test_nothing_goes_for_its_age_before_the_clock_was_steady_for_an_hour(
    keeper: Housekeeping, store: FakeStore, clock: FakeClock
) -> None:
    keeper.tidy()
    pass_time(clock, STEADY_S - 1)
    keeper.tidy()
    clock.now_utc_us += 3_600_000_000
    pass_time(clock, LOOK_EVERY_S)
    keeper.tidy()
    pass_time(clock, STEADY_S - LOOK_EVERY_S)
    keeper.tidy()
    assert [limits for limits, _ in store.asked] == [NO_AGES] * 4
    pass_time(clock, LOOK_EVERY_S)
    keeper.tidy()
    assert store.asked[-1] == (AGES, "none")


def test_a_store_beyond_its_size_needs_anything(keeper: Housekeeping, store: FakeStore) -> None:
    store.now = Usage(used=10_000_001, reusable=0)
    keeper.tidy()
    assert store.asked == [(NO_AGES, "anything")]


def test_below_the_floor_only_embeddings_give_way_and_only_for_a_reserve(
    keeper: Housekeeping,
    store: FakeStore,
    clock: FakeClock,
    free: Callable[[int], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    free(POLICY.free_floor - 1)
    keeper.tidy()
    store.now = Usage(used=5_000_000, reusable=RESERVE_BYTES)
    pass_time(clock, LOOK_EVERY_S)
    keeper.tidy()
    assert [need for _, need in store.asked] == ["embeddings", "none"]
    free(PLENTY)
    pass_time(clock, LOOK_EVERY_S)
    keeper.tidy()
    said = [record.message for record in caplog.records]
    assert len(said) == 2
    assert "free some space" in said[0]
    assert "room again" in said[1]


def test_below_the_floor_events_are_stored_without_their_512_numbers(
    keeper: Housekeeping, free: Callable[[int], None]
) -> None:
    changes: list[Change] = [
        seen(),
        event(),
        EventRescored("event-1", scored()),
        EmbeddingKept("event-1", EMBEDDER, np.zeros(512, np.float32)),
    ]
    assert keeper.lighten(changes) == changes
    free(0)
    keeper.tidy()
    light = keeper.lighten(changes)
    assert light[0] == seen()
    bare = replace(scored(), embedding=None)
    assert light[1:] == [replace(event(), scored=bare), EventRescored("event-1", bare)]


def test_the_ballast_is_made_where_there_is_room_given_up_in_need_and_made_again(
    keeper: Housekeeping, clock: FakeClock, free: Callable[[int], None], tmp_path: Path
) -> None:
    ballast = tmp_path / BALLAST_NAME
    free(POLICY.free_floor + POLICY.ballast)
    keeper.tidy()
    assert not ballast.exists()
    free(PLENTY)
    pass_time(clock, LOOK_EVERY_S)
    keeper.tidy()
    assert ballast.stat().st_size == POLICY.ballast
    free(0)
    keeper.make_room()
    assert not ballast.exists()
    free(PLENTY)
    keeper.tidy()
    assert ballast.exists()


def test_in_need_it_goes_on_until_there_is_a_reserve(
    keeper: Housekeeping, store: FakeStore
) -> None:
    store.steps = [Forgotten(embeddings=500)] * 3
    keeper.make_room()
    assert [need for _, need in store.asked] == ["embeddings"] * 4


def test_a_database_server_sees_to_its_own_disk(clock: FakeClock) -> None:
    class Server(FakeStore):
        def usage(self) -> None:  # type: ignore[override]
            return None

    store = Server()
    keeper = Housekeeping(store, None, POLICY, clock)
    keeper.make_room()
    keeper.tidy()
    assert {need for _, need in store.asked} == {"none"}


def test_a_disk_that_cannot_be_looked_at_is_an_error_of_the_store(
    store: FakeStore, clock: FakeClock, tmp_path: Path
) -> None:
    with pytest.raises(StorageError, match="is it there"):
        Housekeeping(store, tmp_path / "missing", POLICY, clock).tidy()


def test_messages_go_with_the_events_that_they_tell_of_unless_another_time_is_set() -> None:
    for retention, days in (
        (RetentionSettings(events_days=2.0), 2),
        (RetentionSettings(events_days=2.0, messages_days=5.0), 5),
        (RetentionSettings(embeddings_days=2.0), None),
    ):
        kept_us = room_policy(retention, StoreSettings()).limits.messages_us
        assert kept_us == (None if days is None else days * 86_400_000_000)


def test_days_and_megabytes_become_microseconds_and_bytes() -> None:
    policy = room_policy(
        RetentionSettings(events_days=2.0, messages_days=0.5, store_mb=3), StoreSettings()
    )
    assert policy == RoomPolicy(
        Limits(172_800_000_000, None, 43_200_000_000, 1_000_000),
        largest_store=3_000_000,
        free_floor=100_000_000,
        ballast=16_000_000,
    )
