"""The recorder's thread for real, with a store that can be made to refuse."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from patience import until

from coughd.config.errors import StorageError
from coughd.daemon import recorder as module
from coughd.daemon.recorder import Housekeeper, Recorder
from coughd.storage.records import Change, OutboxRow, SourceSeen

_PATIENCE_S = 120.0


class FakeStore:
    """Takes what it is given, or refuses as long as the test says."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.written: list[Change] = []
        self.refused = 0
        self.signs = 0
        self.refusing = False

    def write(self, changes: Sequence[Change]) -> list[OutboxRow]:
        with self.changed:
            self._refuse()
            self.written.extend(changes)
            self.changed.notify_all()
        return []

    def write_alive(self) -> None:
        with self.changed:
            self._refuse()
            self.signs += 1
            self.changed.notify_all()

    def until(self, holds: Callable[[], bool]) -> None:
        with self.changed:
            assert self.changed.wait_for(holds, _PATIENCE_S)

    def _refuse(self) -> None:
        if self.refusing:
            self.refused += 1
            self.changed.notify_all()
            raise StorageError("the disk is full")


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


def make(
    store: FakeStore,
    blocked: Callable[[], None] = lambda: None,
    housekeeper: Housekeeper | None = None,
    **more: Any,
) -> Recorder:
    housekeeper = housekeeper or NothingToTidy()
    return Recorder(store, NobodyListens(), housekeeper, lambda: 1, blocked, **more)


def end(recorder: Recorder) -> None:
    recorder.__exit__(None, None, None)


def fact(number: int) -> SourceSeen:
    return SourceSeen(f"source-{number}", "name", "file", number)


def test_everything_is_written_in_order_before_it_ends() -> None:
    store = FakeStore()
    with make(store) as recorder:
        for number in range(1000):
            recorder.keep(fact(number))
    assert [fact(number) for number in range(1000)] == store.written


def test_a_refused_commit_is_tried_until_it_is_taken() -> None:
    store = FakeStore()
    store.refusing = True
    with make(store) as recorder:
        recorder.keep(fact(1))
        store.until(lambda: store.refused >= 2)
        recorder.keep(fact(2))
        before = recorder.turns
        store.until(lambda: store.refused >= 3)
        assert recorder.turns > before  # a store that refuses is not a thread that hangs
        store.refusing = False
    assert [fact(1), fact(2)] == store.written


def test_what_was_heard_does_not_wait_for_what_cannot_be_tidied(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class NeverTidy(NothingToTidy):
        def tidy(self) -> bool:
            raise StorageError("a page of the embeddings is damaged")

    store = FakeStore()
    with make(store, housekeeper=NeverTidy()) as recorder:
        for number in (1, 2):
            recorder.keep(fact(number))
            store.until(lambda wanted=number: len(store.written) == wanted)  # type: ignore[misc]
        assert recorder.counts.refused is None
    assert recorder.counts.failures >= 2
    assert len(caplog.records) == 1


def test_a_stop_tries_once_more_at_once() -> None:
    """Also in the middle of a long rest between two attempts."""
    store = FakeStore()
    store.refusing = True
    with make(store) as recorder:
        recorder.keep(fact(1))
        store.until(lambda: store.refused >= 4)  # the next rest lasts 4 s and more
        store.refusing = False
    assert [fact(1)] == store.written


def test_what_the_disk_never_takes_is_counted_aloud(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CLOSE_S", 0.2)
    store = FakeStore()
    store.refusing = True
    recorder = make(store)
    recorder.__enter__()
    recorder.keep(fact(1))
    recorder.keep(fact(2))
    with pytest.raises(StorageError, match="2 changes are not written"):
        end(recorder)


def test_a_stop_waits_for_a_slow_disk_as_long_as_it_takes_anything(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each of its waits for the thread sees a single commit."""
    begun = threading.Event()
    commits = threading.Semaphore(0)

    class SlowStore(FakeStore):
        def write(self, changes: Sequence[Change]) -> list[OutboxRow]:
            begun.set()
            assert commits.acquire(timeout=_PATIENCE_S)
            return super().write(changes)

    store = SlowStore()
    recorder = make(store)
    wait = recorder._thread.wait

    def one_commit(_patience_s: float) -> bool:
        before = recorder.counts.written
        commits.release()
        until(lambda: recorder.counts.written > before or wait(0.0))
        return wait(0.0)

    monkeypatch.setattr(recorder._thread, "wait", one_commit)
    with recorder:
        for number in range(1000):
            recorder.keep(fact(number))
        assert begun.wait(_PATIENCE_S)
    assert [fact(number) for number in range(1000)] == store.written


def test_a_full_queue_waits_until_the_wait_is_ended() -> None:
    store = FakeStore()
    store.refusing = True
    waits: list[int] = []

    def blocked() -> None:
        waits.append(store.refused)
        if len(waits) == 2:
            raise StorageError("stopped meanwhile")

    def fill() -> None:
        for number in range(10):
            recorder.keep(fact(number))

    with make(store, blocked, max_waiting=3) as recorder:
        with pytest.raises(StorageError, match="stopped meanwhile"):
            fill()
        store.refusing = False
    assert 2 == len(waits)


def test_a_quiet_store_is_given_a_sign_of_life() -> None:
    store = FakeStore()
    now = [0.0]
    with make(store, clock=lambda: now[0]):
        for signs in (1, 2):
            now[0] += module.ALIVE_EVERY_S
            store.until(lambda wanted=signs: store.signs == wanted)  # type: ignore[misc]
    assert [] == store.written


def test_a_dead_thread_is_seen_and_what_it_had_is_counted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class BrokenStore(FakeStore):
        def write(self, changes: Sequence[Change]) -> list[OutboxRow]:
            raise ZeroDivisionError

    recorder = make(BrokenStore())
    recorder.__enter__()
    assert recorder.is_alive
    recorder.keep(fact(1))
    assert recorder._thread.wait(_PATIENCE_S)
    recorder.keep(fact(2))
    assert not recorder.is_alive
    with pytest.raises(StorageError, match="2 changes are not written"):
        end(recorder)
    assert "ZeroDivisionError" in caplog.text
