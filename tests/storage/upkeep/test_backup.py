"""A backup is whole while the daemon writes, and puts everything back under a new identity."""

from __future__ import annotations

import errno
import os
import sqlite3
import stat
import threading
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from stranger import open_folder, restricted

from coughd.config.errors import InputError, StorageError
from coughd.storage.engine import open_reader, store_url
from coughd.storage.outbox import OutboxReader
from coughd.storage.rollup import read_rollup, recompute
from coughd.storage.schema import SCHEMA_VERSION
from coughd.storage.store import EventStore
from coughd.storage.upkeep.backup import (
    back_up,
    back_up_into,
    backup_name,
    backups_in,
    check_backup,
    drop_older,
    restore,
)
from coughd.storage.upkeep.copying import check_store, copy_store

from ..facts import event, open_store, reading, seen

pytestmark = pytest.mark.sqlite

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def messages(path: Path) -> list[str]:
    with OutboxReader.open(path) as reader:
        return [row.body for row in reader.page(0, 10_000).rows]


def spoil(path: Path, page: int) -> None:
    """Overwrite one page of 4096 bytes in its middle."""
    with path.open("r+b") as file:
        file.seek(page * 4096 + 1000)
        file.write(b"\xff" * 2000)


def test_a_backup_holds_what_the_store_held(store: EventStore, store_path: Path) -> None:
    store.write([event()])
    target = store_path.parent / "backups" / "one.sqlite3"
    contents = back_up(store_path, target)
    assert (contents.store_id, contents.count("events")) == (store.store_id, 1)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert [path.name for path in target.parent.iterdir()] == ["one.sqlite3"]
    assert check_backup(target) == contents


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
    back_up(store_path, tmp_path / "backup")
    with pytest.raises(StorageError, match="name another folder"):
        restore(tmp_path / "backup", tmp_path / "file" / "x" / "c.sqlite3", NOW)
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


def test_a_restored_store_is_another_one_and_the_former_is_set_aside(
    store_path: Path, tmp_path: Path
) -> None:
    with open_store(store_path) as store:
        store.write([seen(), event("old")])
        back_up(store_path, tmp_path / "backup")
        store.write([event("new", 5_000)])
        former_id = store.store_id
    done = restore(tmp_path / "backup", store_path, NOW)
    assert done.contents.store_id != former_id
    assert done.aside == store_path.with_name("coughd.db.aside-20261121T093000.000000Z")
    assert check_store(done.aside).count("events") == 2
    with open_store(store_path) as store:
        assert store.store_id == done.contents.store_id
        assert store.known_event_ids("stretch-1") == {"old"}
        (told,) = store.write([event("newer", 9_000)])
        assert told.seq == 2


def test_a_log_that_was_not_written_back_goes_aside_with_its_store(
    store_path: Path, tmp_path: Path
) -> None:
    with open_store(store_path) as store:
        store.write([seen()])
        back_up(store_path, tmp_path / "backup")
        store.write([event("only in the log")])
        for ending in ("", "-wal"):
            left = tmp_path / f"killed.db{ending}"
            left.write_bytes(store_path.with_name(f"coughd.db{ending}").read_bytes())
    killed = tmp_path / "killed.db"
    done = restore(tmp_path / "backup", killed, NOW)
    assert done.aside is not None
    assert not killed.with_name("killed.db-wal").exists()
    assert check_store(killed).count("events") == 0
    assert check_store(done.aside).count("events") == 1


def test_it_is_restored_where_nothing_was(store: EventStore, store_path: Path) -> None:
    back_up(store_path, store_path.with_name("backup"))
    new = store_path.parent / "new" / "coughd.db"
    done = restore(store_path.with_name("backup"), new, NOW)
    assert done.aside is None
    assert [path.name for path in new.parent.iterdir()] == ["coughd.db"]


def test_a_link_stays_and_what_it_leads_to_is_replaced(
    store: EventStore, store_path: Path, tmp_path: Path
) -> None:
    """The store was moved to a larger disk, and a link left in its place."""
    back_up(store_path, tmp_path / "backup")
    disk, link = tmp_path / "disk" / "large.db", tmp_path / "link.db"
    disk.parent.mkdir()
    link.symlink_to(disk)
    for was_there in (False, True):
        done = restore(tmp_path / "backup", link, NOW)
        assert link.is_symlink()
        assert check_store(disk).store_id == done.contents.store_id
        assert (done.aside is not None) is was_there
    assert done.aside is not None
    assert done.aside.parent == disk.parent


def test_without_second_names_it_is_restored_all_the_same(
    store_path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FAT has none."""

    def link(*_paths: Path) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    with open_store(store_path) as store:
        store.write([seen(), event()])
        back_up(store_path, tmp_path / "backup")
    monkeypatch.setattr(os, "link", link)
    done = restore(tmp_path / "backup", store_path, NOW)
    assert done.aside is not None
    assert check_store(store_path).store_id == done.contents.store_id
    assert check_store(done.aside).count("events") == 1


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_what_root_restores_belongs_to_the_service(store: EventStore, store_path: Path) -> None:
    service, folder = 54_321, store_path.parent / "service"
    back_up(store_path, store_path.with_name("backup"))
    folder.mkdir()
    os.chown(folder, service, service)
    path = folder / "coughd.db"
    for _ in range(2):
        restore(store_path.with_name("backup"), path, NOW)
        assert (path.stat().st_uid, path.stat().st_gid) == (service, service)
        os.chown(folder, 0, 0)  # from now on the owner of the former store decides


def test_a_damaged_backup_is_refused_and_the_store_left_alone(
    store: EventStore, store_path: Path, tmp_path: Path
) -> None:
    store.write([event(f"event-{number}", number * 700) for number in range(50)])
    backup = tmp_path / "backup"
    back_up(store_path, backup)
    spoil(backup, backup.stat().st_size // 4096 - 2)
    before = store_path.read_bytes()
    with pytest.raises(InputError, match="use another backup"):
        restore(backup, store_path, NOW)
    assert store_path.read_bytes() == before
    assert sorted(path.name for path in store_path.parent.iterdir()) == [
        "coughd.db",
        "coughd.db-shm",
        "coughd.db-wal",
    ]


@pytest.mark.parametrize("text", ["", "RIFF, or anything else but a database" * 300])
def test_what_is_no_backup_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "night.wav"
    path.write_text(text)
    with pytest.raises(InputError, match=r"night\.wav"):
        check_backup(path)
    with pytest.raises(InputError, match="no such file"):
        check_backup(tmp_path / "nothing")


def test_a_backup_of_a_newer_coughd_is_refused(store: EventStore, store_path: Path) -> None:
    backup = store_path.with_name("backup")
    back_up(store_path, backup)
    with closing(sqlite3.connect(backup)) as connection:
        connection.execute("UPDATE meta SET value = '99' WHERE key = 'schema_version'")
        connection.commit()
    with pytest.raises(InputError, match=f"version 99, this one knows up to {SCHEMA_VERSION}"):
        check_backup(backup)


def test_the_oldest_beyond_the_number_are_deleted_and_nothing_else(tmp_path: Path) -> None:
    names = [backup_name(NOW.replace(hour=hour)) for hour in (3, 1, 2)]
    for name in (*names, "coughd-mine.sqlite3", "other"):
        (tmp_path / name).touch()
    made = tmp_path / names[0]
    dropped = drop_older(tmp_path, 2, made)
    assert [path.name for path in dropped] == ["coughd-20261121T013000Z.sqlite3"]
    assert len(list(tmp_path.iterdir())) == 4
    assert drop_older(tmp_path, 2, made) == []
