"""Whoever was away gets exactly what was told, or hears that it is gone."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from coughd.config.errors import StorageError
from coughd.storage.outbox import OutboxReader
from coughd.storage.records import Change, OutboxRow, SourceChanged
from coughd.storage.store import EventStore
from coughd.storage.upkeep import retention
from coughd.storage.upkeep.retention import Limits

from .facts import EPOCH_US, SOURCE, event, open_store, seen


def tell(store: EventStore, messages: int) -> list[OutboxRow]:
    changes: list[Change] = [
        SourceChanged(SOURCE, "up", "opened", EPOCH_US, f"number {number}")
        for number in range(messages)
    ]
    return store.write(changes)


def forget(store: EventStore, *, keep: int) -> int:
    return store.forget(Limits(messages=keep), "none").messages


def test_nothing_told_yet(store: EventStore, store_path: Path) -> None:
    with OutboxReader.open(store_path) as reader:
        page = reader.page(0, 10)
        assert (page.status, page.oldest_seq, page.last_seq, page.rows) == ("ok", 0, 0, ())
        assert reader.bounds() == (0, 0)
        assert reader.store_id() == store.store_id


def test_pages_give_what_was_told_byte_for_byte(store: EventStore, store_path: Path) -> None:
    told = tell(store, 7)
    with OutboxReader.open(store_path) as reader:
        pages = [reader.page(since, 3) for since in (0, 3, 6, 7)]
    assert [row for page in pages for row in page.rows] == told
    assert {(page.status, page.oldest_seq, page.last_seq) for page in pages} == {("ok", 1, 7)}


def test_what_was_forgotten_is_truncated_not_silence(store: EventStore, store_path: Path) -> None:
    tell(store, 10)
    assert forget(store, keep=4) == 6
    with OutboxReader.open(store_path) as reader:
        lost = reader.page(5, 10)
        kept = reader.page(6, 10)
    assert (lost.status, lost.oldest_seq, lost.last_seq, lost.rows) == ("truncated", 7, 10, ())
    assert (kept.status, [row.seq for row in kept.rows]) == ("ok", [7, 8, 9, 10])


def test_forgetting_keeps_the_last_message_and_its_number(store: EventStore) -> None:
    tell(store, 3)
    assert forget(store, keep=0) == 2
    assert forget(store, keep=5) == 0
    assert [row.seq for row in tell(store, 1)] == [4]


def test_forgetting_goes_in_small_steps(store: EventStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "MESSAGES_AT_ONCE", 4)
    tell(store, 10)
    assert [forget(store, keep=1) for _ in range(4)] == [4, 4, 1, 0]


def test_the_numbers_go_on_after_a_failure_and_a_restart(store_path: Path) -> None:
    with open_store(store_path) as store:
        store.write([seen()])
        assert [row.seq for row in tell(store, 2)] == [1, 2]
        with pytest.raises(StorageError):
            store.write([event(), event("x", source_id="unknown")])
        assert [row.seq for row in tell(store, 1)] == [3]
    with open_store(store_path) as store:
        assert [row.seq for row in tell(store, 1)] == [4]


def test_a_reader_in_another_thread_sees_each_commit(store: EventStore, store_path: Path) -> None:
    seen_last: list[int] = []
    with OutboxReader.open(store_path) as reader:
        for _ in range(3):
            tell(store, 1)
            thread = threading.Thread(target=lambda: seen_last.append(reader.bounds()[1]))
            thread.start()
            thread.join()
    assert seen_last == [1, 2, 3]


def test_a_missing_store_is_not_made_by_reading(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="there is no store yet"):
        OutboxReader.open(tmp_path / "none.db")
    assert list(tmp_path.iterdir()) == []


def test_a_store_that_is_closed_can_still_be_read(store_path: Path) -> None:
    with open_store(store_path) as store:
        store.write([seen()])
        told = tell(store, 2)
    with OutboxReader.open(store_path) as reader:
        assert list(reader.page(0, 10).rows) == told
