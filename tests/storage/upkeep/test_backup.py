"""A backup is whole while the daemon writes, and nothing is written over."""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from stranger import open_folder, restricted

from coughd.config.errors import StorageError
from coughd.storage.engine import open_reader
from coughd.storage.outbox import OutboxReader
from coughd.storage.place import store_url
from coughd.storage.rollup import read_rollup, recompute
from coughd.storage.store import EventStore
from coughd.storage.upkeep.backup import (
    back_up,
    back_up_into,
    backup_name,
    backups_in,
    check_backup,
    drop_older,
)
from coughd.storage.upkeep.copying import check_store, copy_store

from ..facts import event, open_store, reading, seen

pytestmark = pytest.mark.sqlite

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def messages(path: Path) -> list[str]:
    with OutboxReader.open(path) as reader:
        return [row.body for row in reader.page(0, 10_000).rows]


def test_a_backup_holds_what_the_store_held(store: EventStore, store_path: Path) -> None:
    store.write([event()])
    target = store_path.parent / "backups" / "one.sqlite3"
    contents = back_up(store_path, target)
    assert (contents.store_id, contents.count("events")) == (store.store_id, 1)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert [path.name for path in target.parent.iterdir()] == ["one.sqlite3"]
    assert check_backup(target) == contents


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_folder_that_root_makes_for_backups_is_the_services(
    store: EventStore, store_path: Path, tmp_path: Path
) -> None:
    store.write([event()])
    ours, theirs = tmp_path / "service", tmp_path / "roots"
    for folder in (ours, theirs):
        folder.mkdir()
    os.chown(ours, 12_345, 12_346)
    for folder in (ours / "backups", theirs):
        back_up_into(store_path, folder, NOW)
    given = [folder.stat().st_uid for folder in (ours, ours / "backups", theirs)]
    assert given == [12_345, 12_345, 0]


def test_a_backup_taken_while_writing_is_of_one_moment(
    store: EventStore, store_path: Path, tmp_path: Path
) -> None:
    stop = threading.Event()
    begun = threading.Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            store.write([event(f"event-{number}", number * 700)])
            number += 1
            begun.set()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert begun.wait(10)
        copies = [tmp_path / f"{number}.sqlite3" for number in range(5)]
        for copy in copies:
            back_up(store_path, copy)
    finally:
        stop.set()
        writer.join()
    sizes = []
    for copy in copies:
        with reading(copy) as connection:
            assert read_rollup(connection) == recompute(connection)
        told = messages(copy)
        assert len(told) == check_store(copy).count("events")
        sizes.append(len(told))
    assert sizes == sorted(sizes)


def test_nothing_is_overwritten(store: EventStore, store_path: Path, tmp_path: Path) -> None:
    target = tmp_path / "precious"
    target.write_text("not yours")
    with pytest.raises(StorageError, match="nothing is overwritten"):
        back_up(store_path, target)
    assert target.read_text() == "not yours"


def test_of_two_to_one_name_the_first_that_is_through_has_it(
    store: EventStore, store_path: Path, tmp_path: Path
) -> None:
    target = tmp_path / "one.sqlite3"

    def another(_copy: sqlite3.Connection) -> None:
        copy_store(store_path, target)

    with pytest.raises(StorageError, match="nothing is overwritten"):
        copy_store(store_path, target, another)
    assert check_store(target).store_id == store.store_id
    assert list(tmp_path.glob("*one*")) == [target]


def test_backups_of_the_same_second_are_numbered_and_in_order(
    store: EventStore, store_path: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    made = [back_up_into(store_path, folder, NOW)[0] for _ in range(11)]
    assert made[0].name == "coughd-20261121T093000Z.sqlite3"
    assert made[10].name == "coughd-20261121T093000Z-11.sqlite3"
    made.append(back_up_into(store_path, folder, NOW.replace(second=1))[0])
    assert backups_in(folder) == made
    assert drop_older(folder, 1, made[-1]) == made[:-1]


def test_what_a_killed_backup_left_goes_with_the_next_one(
    store: EventStore, store_path: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    for name in (".coughd-20261120T093000Z.sqlite3.part", ".one.sqlite3.abcdefgh.coughd-part"):
        (folder / name).write_text("half")
    path, _ = back_up_into(store_path, folder, NOW)
    assert list(folder.iterdir()) == [path]


def test_a_name_need_not_be_text(store: EventStore, store_path: Path, tmp_path: Path) -> None:
    target = tmp_path / os.fsdecode(b"caf\xe9.sqlite3")
    assert back_up(store_path, target) == check_backup(target)


def test_without_a_store_or_a_folder_it_says_so(store_path: Path, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="no store yet"):
        back_up(store_path, tmp_path / "one")
    (tmp_path / "file").touch()
    with open_store(store_path), pytest.raises(StorageError, match="name another folder"):
        back_up(store_path, tmp_path / "file" / "one")
    with pytest.raises(StorageError, match="pg_dump"):
        back_up("postgresql://db/coughd", tmp_path / "one")


def test_where_this_user_may_not_look_it_says_so() -> None:
    with open_folder() as folder:
        store = folder / "data" / "coughd.db"
        open_store(store).close()
        with restricted(store.parent, 0):
            with pytest.raises(StorageError, match="try again as root"):
                back_up(store, folder / "one")
            with pytest.raises(StorageError, match="try again as root"):
                check_backup(store)
            with pytest.raises(StorageError, match="try again as root"):
                open_reader(store_url(store))


def test_from_a_disk_that_was_mounted_read_only_it_can_be_rescued(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with open_folder() as folder:
        store = folder / "data" / "coughd.db"
        with open_store(store) as opened:
            opened.write([seen(), event()])
        store.chmod(0o644)
        folder.chmod(0o777)
        with restricted(store.parent, 0o555):
            with pytest.raises(StorageError, match="make the file and its folder writable"):
                back_up(store, folder / "one")
            monkeypatch.setattr(os, "statvfs", lambda _path: SimpleNamespace(f_flag=os.ST_RDONLY))
            assert back_up(store, folder / "one").count("events") == 1


def test_the_oldest_beyond_the_number_are_deleted_and_nothing_else(tmp_path: Path) -> None:
    names = [backup_name(NOW.replace(hour=hour)) for hour in (3, 1, 2)]
    for name in (*names, "coughd-mine.sqlite3", "other"):
        (tmp_path / name).touch()
    made = tmp_path / names[0]
    dropped = drop_older(tmp_path, 2, made)
    assert [path.name for path in dropped] == ["coughd-20261121T013000Z.sqlite3"]
    assert len(list(tmp_path.iterdir())) == 4
    assert drop_older(tmp_path, 2, made) == []
