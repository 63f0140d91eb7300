"""A store that was put back while coughd was stopped: another one to subscribers, and no other."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from coughd.storage.engine import open_writer
from coughd.storage.place import store_url
from coughd.storage.store import EventStore
from coughd.storage.told import MOST_STORES, SYNC_EVERY_S, TOLD_NAME, LastTold, Told

from .facts import ORIGIN, event, open_store, seen, ticking_clock


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The data folder, which need not be where the store is."""
    path = tmp_path / "state"
    path.mkdir()
    return path


@pytest.fixture
def started(store_path: Path | str, folder: Path) -> Callable[[], EventStore]:
    return lambda: EventStore.open(store_path, ORIGIN, ticking_clock(), folder)


def tell(store: EventStore, *numbers: int) -> list[int]:
    changes = [event(f"event-{n}", n * 10_000) for n in numbers]
    return [row.seq for row in store.write([seen(), *changes])]


def change(store_path: Path | str, statement: str) -> None:
    """As another tool does while coughd is stopped."""
    engine = open_writer(store_url(store_path))
    with engine.begin() as connection:
        connection.execute(text(statement))
    engine.dispose()


def put_back(store_path: Path | str, last_seq: int) -> None:
    change(store_path, f"DELETE FROM outbox WHERE seq > {last_seq}")


def test_one_that_was_put_back_is_another_once(
    store_path: Path | str,
    folder: Path,
    started: Callable[[], EventStore],
    caplog: pytest.LogCaptureFixture,
) -> None:
    with started() as store:
        before = store.store_id
        assert tell(store, 1, 2, 3) == [1, 2, 3]
    put_back(store_path, 2)
    with started() as store:
        after = store.store_id
        assert after != before
        told = store.write([event("other", 90_000)])
        assert json.loads(told[0].body)["store_id"] == after
    assert "put back to an earlier state while coughd was stopped" in caplog.text
    assert "message 3 is not in it" in caplog.text
    caplog.clear()
    with started() as store:
        assert store.store_id == after
    assert not caplog.text
    assert (folder / TOLD_NAME).stat().st_mode & 0o777 == 0o600


def test_one_that_goes_on_where_it_was_is_the_same(started: Callable[[], EventStore]) -> None:
    known = set()
    for numbers in ([], [1, 2], [], [3]):
        with started() as store:
            known.add(store.store_id)
            tell(store, *numbers)
    assert len(known) == 1


def test_what_was_committed_and_not_noted_does_no_harm(
    store_path: Path | str, started: Callable[[], EventStore]
) -> None:
    with started() as store:
        before = store.store_id
        tell(store, 1)
    with open_store(store_path) as store:
        tell(store, 2)
    with started() as store:
        assert store.store_id == before


def test_one_that_lost_all_its_messages_is_another(
    store_path: Path | str, started: Callable[[], EventStore]
) -> None:
    with started() as store:
        before = store.store_id
        tell(store, 1)
    put_back(store_path, 0)
    with started() as store:
        assert store.store_id != before


def test_old_messages_may_be_forgotten(
    store_path: Path | str, started: Callable[[], EventStore]
) -> None:
    with started() as store:
        before = store.store_id
        tell(store, 1)
    with open_store(store_path) as store:
        tell(store, 2, 3)
    change(store_path, "DELETE FROM outbox WHERE seq < 3")
    with started() as store:
        assert store.store_id == before


def test_one_that_was_put_back_and_has_told_others_since_is_another(
    store_path: Path | str, started: Callable[[], EventStore]
) -> None:
    with started() as store:
        before = store.store_id
        tell(store, 1, 2)
    put_back(store_path, 1)
    with open_store(store_path) as elsewhere:
        assert elsewhere.write([event("other", 70_000), event("another", 90_000)])[-1].seq >= 2
    with started() as store:
        assert store.store_id != before


def test_a_state_of_before_it_became_another_is_known_too(
    store_path: Path | str, started: Callable[[], EventStore]
) -> None:
    with started() as store:
        first = store.store_id
        tell(store, 1, 2)
    put_back(store_path, 1)
    with started() as store:
        second = store.store_id
    change(store_path, f"UPDATE meta SET value = '{first}' WHERE key = 'store_id'")
    with started() as store:
        assert store.store_id not in {first, second}


def test_one_that_goes_back_while_it_is_written_is_noted_as_what_it_became(
    store_path: Path | str, started: Callable[[], EventStore]
) -> None:
    with started() as store:
        before = store.store_id
        tell(store, 1, 2)
        if isinstance(store_path, str):
            store._writing.connection.execute(text("DELETE FROM outbox WHERE seq > 1"))
            store._writing.connection.commit()
        else:
            put_back(store_path, 1)
        store.write([event("other", 70_000)])
        after = store.store_id
        assert after != before
    with started() as store:
        assert store.store_id == after


@pytest.mark.parametrize("content", [b"", b"nonsense\n", b"\xff\x00", b"a 1 2"])
def test_where_nobody_knows_what_was_told_it_is_another_once(
    folder: Path,
    started: Callable[[], EventStore],
    content: bytes,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with started() as store:
        before = store.store_id
    (folder / TOLD_NAME).write_bytes(content)
    with started() as store:
        after = store.store_id
    with started() as store:
        assert store.store_id == after != before
    assert caplog.text.count("is damaged, so nobody knows") == 1


def test_without_the_file_it_is_the_same(folder: Path, started: Callable[[], EventStore]) -> None:
    with started() as store:
        before = store.store_id
        tell(store, 1)
    (folder / TOLD_NAME).unlink()
    with started() as store:
        assert store.store_id == before
    assert (folder / TOLD_NAME).exists()


def test_it_is_written_again_where_it_was_deleted(
    store_path: Path | str, folder: Path, started: Callable[[], EventStore]
) -> None:
    with started() as store:
        before = store.store_id
        tell(store, 1)
        (folder / TOLD_NAME).unlink()
        tell(store, 2)
    put_back(store_path, 1)
    with started() as store:
        assert store.store_id != before


def test_where_it_cannot_be_written_the_store_is_and_the_log_says_so_once(
    folder: Path, started: Callable[[], EventStore], caplog: pytest.LogCaptureFixture
) -> None:
    with started() as store:
        tell(store, 1)
        (folder / TOLD_NAME).unlink()
        (folder / TOLD_NAME).mkdir()
        assert tell(store, 2) == [2]
        assert tell(store, 3) == [3]
        assert caplog.text.count("may go unnoticed") == 1
        (folder / TOLD_NAME).rmdir()
        tell(store, 4)
        before = store.store_id
    with started() as store:
        assert store.store_id == before


def test_the_oldest_of_many_stores_gives_way(folder: Path) -> None:
    for number in range(MOST_STORES + 5):
        with Told(folder) as told:
            told.keep(f"store-{number}", LastTold.of(number, "body"))
    stores = [line.split()[0] for line in (folder / TOLD_NAME).read_text().splitlines()]
    assert stores == [f"store-{number}" for number in range(5, MOST_STORES + 5)]


def test_it_waits_for_the_disk_now_and_then(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr("os.fdatasync", synced.append)
    now_s = 100.0
    with Told(folder, lambda: now_s) as told:
        for seq in range(1, 100):
            told.keep("store", LastTold.of(seq, "body"))
        assert not synced
        now_s += SYNC_EVERY_S
        told.keep("store", LastTold.of(100, "body"))
        told.keep("store", LastTold.of(101, "body"))
        assert len(synced) == 1
    assert len(synced) == 2
