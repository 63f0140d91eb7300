"""The recorder's thread for real, with a store that can be made to refuse."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest
from fake_store import FakeStore, NothingToTidy, fact, make_recorder
from patience import PATIENCE_S, until

from coughd.config.errors import StorageError
from coughd.daemon import recorder as module
from coughd.daemon.recorder import Recorder
from coughd.storage.records import Change, OutboxRow


def end(recorder: Recorder) -> None:
    recorder.__exit__(None, None, None)


def test_everything_is_written_in_order_before_it_ends() -> None:
    store = FakeStore()
    with make_recorder(store) as recorder:
        for number in range(1000):
            recorder.keep(fact(number))
    assert [fact(number) for number in range(1000)] == store.written


def test_a_refused_commit_is_tried_until_it_is_taken() -> None:
    store = FakeStore()
    store.refusing = StorageError("the disk is full")
    with make_recorder(store) as recorder:
        recorder.keep(fact(1))
        store.until(lambda: store.refused >= 2)
        recorder.keep(fact(2))
        before = recorder.turns
        store.until(lambda: store.refused >= 3)
        assert recorder.turns > before  # a store that refuses is not a thread that hangs
        store.refusing = None
    assert [fact(1), fact(2)] == store.written


def test_what_was_heard_does_not_wait_for_what_cannot_be_tidied(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class NeverTidy(NothingToTidy):
        def tidy(self) -> bool:
            raise StorageError("a page of the embeddings is damaged")

    store = FakeStore()
    with make_recorder(store, housekeeper=NeverTidy()) as recorder:
        for number in (1, 2):
            recorder.keep(fact(number))
            store.until(lambda wanted=number: len(store.written) == wanted)  # type: ignore[misc]
        assert recorder.counts.refused is None
    assert recorder.counts.failures >= 2
    assert len(caplog.records) == 1


def test_a_stop_tries_once_more_at_once() -> None:
    """Also in the middle of a long rest between two attempts."""
    store = FakeStore()
    store.refusing = StorageError("the disk is full")
    with make_recorder(store) as recorder:
        recorder.keep(fact(1))
        store.until(lambda: store.refused >= 4)  # the next rest lasts 4 s and more
        store.refusing = None
    assert [fact(1)] == store.written


def test_what_the_disk_never_takes_is_counted_aloud(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CLOSE_S", 0.2)
    store = FakeStore()
    store.refusing = StorageError("the disk is full")
    recorder = make_recorder(store)
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
            assert commits.acquire(timeout=PATIENCE_S)
            return super().write(changes)

    store = SlowStore()
    recorder = make_recorder(store)
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
        assert begun.wait(PATIENCE_S)
    assert [fact(number) for number in range(1000)] == store.written


def test_a_full_queue_waits_until_the_wait_is_ended() -> None:
    store = FakeStore()
    store.refusing = StorageError("the disk is full")
    waits: list[int] = []

    def blocked() -> None:
        waits.append(store.refused)
        if len(waits) == 2:
            raise StorageError("stopped meanwhile")

    def fill() -> None:
        for number in range(10):
            recorder.keep(fact(number))

    with make_recorder(store, blocked, max_waiting=3) as recorder:
        with pytest.raises(StorageError, match="stopped meanwhile"):
            fill()
        store.refusing = None
    assert 2 == len(waits)


def test_a_quiet_store_is_given_a_sign_of_life() -> None:
    store = FakeStore()
    now = [0.0]
    with make_recorder(store, clock=lambda: now[0]):
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

    recorder = make_recorder(BrokenStore())
    recorder.__enter__()
    assert recorder.is_alive
    recorder.keep(fact(1))
    assert recorder._thread.wait(PATIENCE_S)
    recorder.keep(fact(2))
    assert not recorder.is_alive
    with pytest.raises(StorageError, match="2 changes are not written"):
        end(recorder)
    assert "ZeroDivisionError" in caplog.text
