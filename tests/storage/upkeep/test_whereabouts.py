"""The file is taken away under the writer: nothing committed goes with it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.event import listen

from coughd.config.errors import StorageError
from coughd.storage.engine import reopen_writer
from coughd.storage.outbox import OutboxReader
from coughd.storage.store import EventStore
from coughd.storage.upkeep.backup import back_up
from coughd.storage.upkeep.copying import check_store

from ..facts import event, open_store, seen

pytestmark = pytest.mark.sqlite


def delete_file(path: Path) -> None:
    path.unlink()


def delete_all(path: Path) -> None:
    for one in path.parent.glob(f"{path.name}*"):
        one.unlink()


def delete_folder(path: Path) -> None:
    shutil.rmtree(path.parent)


def delete_log(path: Path) -> None:
    path.with_name(f"{path.name}-wal").unlink()


def delete_log_and_memory(path: Path) -> None:
    delete_log(path)
    path.with_name(f"{path.name}-shm").unlink()


def replace(path: Path) -> None:
    delete_all(path)
    path.write_text("somebody else's")


@pytest.mark.parametrize(
    "harm", [delete_file, delete_all, delete_folder, delete_log, delete_log_and_memory, replace]
)
def test_it_is_put_back_whole(
    harm: Callable[[Path], None],
    store: EventStore,
    store_path: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    store.write([event(f"before-{number}", number * 3_000) for number in range(50)])
    with OutboxReader.open(store_path) as reader:
        harm(store_path)
        (row,) = store.write([event("after", 200_000)])
        assert row.seq == 51
        assert [told.seq for told in reader.page(0, 100).rows] == list(range(1, 52))
    assert "nothing committed is lost" in caplog.text
    store.write([event("later", 210_000)])
    assert caplog.text.count("put back") == 1
    store_id = store.store_id
    store.close()
    found = check_store(store_path)
    assert (found.store_id, found.count("events"), found.count("outbox")) == (store_id, 52, 52)


@pytest.mark.parametrize("harm", [delete_file, delete_all, delete_log])
def test_deleted_again_while_it_is_put_back_it_is_put_back_the_next_time(
    harm: Callable[[Path], None],
    store: EventStore,
    store_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As by an `rm` of several files that is not done yet."""
    store.write([event("before")])

    def reopen_too_late(path: Path) -> Engine:
        engine = reopen_writer(path)
        if harm is not delete_log:
            harm(path)
        else:
            listen(engine, "commit", lambda _: harm(path))
        return engine

    monkeypatch.setattr("coughd.storage.writing.reopen_writer", reopen_too_late)
    delete_all(store_path)
    with pytest.raises(StorageError):
        store.write([event("after", 200_000)])
    monkeypatch.undo()
    store.write([event("after", 200_000)])
    store.close()
    assert check_store(store_path).count("events") == 2


def test_what_took_its_place_is_set_aside(store: EventStore, store_path: Path) -> None:
    replace(store_path)
    store.write([event()])
    (aside,) = store_path.parent.glob("*.foreign-*")
    assert aside.read_text() == "somebody else's"


@pytest.mark.parametrize("kind", ["another store", "an earlier copy"])
def test_what_took_its_place_is_not_read_in_its_place(
    kind: str, store: EventStore, store_path: Path, tmp_path: Path
) -> None:
    """Subscribers would take another store's messages for those that come after their own."""
    other = tmp_path / "other" / "coughd.sqlite3"
    store.write([event()])
    if kind == "another store":
        with open_store(other) as stranger:
            stranger.write([seen(), *(event(f"other-{n}", n * 3_000) for n in range(9))])
    else:
        back_up(store_path, other)
    told = store.write([event("before", 90_000)])
    with OutboxReader.open(store_path) as reader:
        assert list(reader.page(1, 100).rows) == told
        delete_all(store_path)
        other.rename(store_path)
        with pytest.raises(StorageError, match="replaced by another file"):
            reader.page(1, 100)
        told += store.write([event("after", 200_000)])
        assert list(reader.page(1, 100).rows) == told


def test_deleted_after_the_last_write_it_is_put_back_at_the_end(
    store: EventStore, store_path: Path
) -> None:
    store.write([event()])
    delete_all(store_path)
    store.close()
    assert check_store(store_path).count("events") == 1


def test_where_it_cannot_be_put_back_it_is_tried_again(store: EventStore, store_path: Path) -> None:
    store.write([event()])
    delete_folder(store_path)
    store_path.parent.write_text("in the way")
    with pytest.raises(StorageError, match="cannot be put back"):
        store.write([event("after", 5_000)])
    store_path.parent.unlink()
    assert [row.seq for row in store.write([event("after", 5_000)])] == [2]
    store.close()
    assert check_store(store_path).count("events") == 2


def test_a_store_left_alone_stays_the_file_it_is(store_path: Path) -> None:
    with open_store(store_path) as store:
        store.write([seen()])
        before = store_path.stat().st_ino
        for number in range(20):
            store.write([event(f"event-{number}", number * 3_000)])
        assert store_path.stat().st_ino == before
