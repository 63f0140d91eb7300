from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from fakes import FakeClock, ListSource

from coughd.config.errors import ConfigError, CoughdError, StorageError
from coughd.config.settings import Settings
from coughd.daemon.identity import LiveIdentity
from coughd.daemon.lifecycle import ReloadRequest, StopRequest
from coughd.daemon.line import Line
from coughd.daemon.recorder import CLOSE_S, RecorderCounts
from coughd.daemon.supervision.reloading import Reloader
from coughd.daemon.supervision.service_manager import ServiceManager
from coughd.daemon.supervision.upkeep import Service, Upkeep
from coughd.daemon.supervision.watchdog import Watchdog, Worker


class FakeManager(ServiceManager):
    """Keeps what it is told, signs of life aside."""

    def __init__(self) -> None:
        super().__init__({})
        self.told: list[str] = []

    def ready(self) -> None:
        self.told.append("ready")

    def stopping(self) -> None:
        self.told.append("stopping")

    def reloading(self) -> None:
        self.told.append("reloading")

    def status(self, sentence: str) -> None:
        self.told.append(sentence)


@pytest.fixture
def service() -> Iterator[Service]:
    def load() -> Settings:
        raise ConfigError("a mistake")

    with closing(StopRequest()) as stop:
        yield Service(FakeManager(), stop, ReloadRequest(), load)


class FakeHandedIn:
    """Counts how often it is asked to take what was handed in."""

    def __init__(self) -> None:
        self.turns = 0

    def turn(self) -> None:
        self.turns += 1


class FakeStore:
    """The way into a store that is full."""

    written = 100
    refused: str | None = None

    def counts(self) -> RecorderCounts:
        return RecorderCounts(10_000, self.written, 0, self.refused)


@pytest.fixture
def store() -> FakeStore:
    return FakeStore()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def workers() -> list[Worker]:
    """Those that the watchdog looks at."""
    return []


@pytest.fixture
def handed_in() -> FakeHandedIn:
    return FakeHandedIn()


@pytest.fixture
def upkeep(
    service: Service,
    workers: list[Worker],
    handed_in: FakeHandedIn,
    store: FakeStore,
    clock: FakeClock,
) -> Callable[..., Upkeep]:
    def make(*lines: Line) -> Upkeep:
        watchdog = Watchdog(service.manager, workers, clock)
        reloader = Reloader(Settings(), service.load, print)
        return Upkeep(service, watchdog, reloader, handed_in, lines, store.counts, clock)

    return make


def told(service: Service) -> list[str]:
    assert isinstance(service.manager, FakeManager)
    return service.manager.told


def test_the_status_line_changes_with_what_is_heard_and_only_then(
    service: Service, upkeep: Callable[..., Upkeep]
) -> None:
    lines = [Line(ListSource(name, []), name, "microphone", LiveIdentity()) for name in "ab"]
    keeper = upkeep(*lines)
    keeper.turn()
    keeper.turn()
    assert ["hears 0 of 2 sources; not a, b"] == told(service)


def test_each_turn_takes_what_was_handed_in(
    upkeep: Callable[..., Upkeep], handed_in: FakeHandedIn
) -> None:
    keeper = upkeep()
    keeper.turn()
    keeper.turn()
    assert handed_in.turns == 2


def test_a_dead_thread_is_seen_in_a_turn_and_while_the_store_is_full(
    upkeep: Callable[..., Upkeep], workers: list[Worker]
) -> None:
    workers.append(Worker("recorder", lambda: False, None, patience_s=60.0))
    with pytest.raises(CoughdError, match="recorder has died"):
        upkeep().turn()
    with pytest.raises(CoughdError, match="recorder has died"):
        upkeep().while_the_store_is_full()


def test_a_reload_is_framed_even_where_it_is_refused(
    service: Service, upkeep: Callable[..., Upkeep], caplog: pytest.LogCaptureFixture
) -> None:
    keeper = upkeep()
    keeper.turn()
    service.reload.set()
    keeper.turn()
    keeper.turn()
    assert ["hears 0 of 0 sources", "reloading", "ready"] == told(service)
    assert caplog.messages == ["the configuration stays as it was: a mistake"]


def test_a_stop_ends_the_wait_for_a_store_that_takes_nothing_and_for_no_slow_one(
    service: Service, upkeep: Callable[..., Upkeep], store: FakeStore, clock: FakeClock
) -> None:
    keeper = upkeep()
    keeper.while_the_store_is_full()
    clock.now_monotonic_s += 1000.0
    service.stop.set()
    for _ in range(10):
        keeper.while_the_store_is_full()
        clock.now_monotonic_s += CLOSE_S
        store.written += 1
    keeper.while_the_store_is_full()
    clock.now_monotonic_s += CLOSE_S
    with pytest.raises(StorageError):
        keeper.while_the_store_is_full()
    assert ["stopping"] * 12 == told(service)
    store.written += 1
    store.refused = "the disk is full"
    with pytest.raises(StorageError):
        keeper.while_the_store_is_full()
