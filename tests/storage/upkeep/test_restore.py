"""A backup is put back under a new identity; what cannot be is refused, and what is there left."""

from __future__ import annotations

import errno
import os
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from coughd.config.errors import InputError, StorageError
from coughd.storage.schema import SCHEMA_VERSION
from coughd.storage.store import EventStore
from coughd.storage.upkeep.backup import back_up, check_backup, restore
from coughd.storage.upkeep.copying import check_store

from ..facts import event, open_store, seen

pytestmark = pytest.mark.sqlite

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def spoil(path: Path, page: int) -> None:
    """Overwrite one page of 4096 bytes in its middle."""
    with path.open("r+b") as file:
        file.seek(page * 4096 + 1000)
        file.write(b"\xff" * 2000)


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


def test_where_no_folder_can_be_it_says_so(
    store: EventStore, store_path: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    back_up(store_path, tmp_path / "backup")
    with pytest.raises(StorageError, match="name another folder"):
        restore(tmp_path / "backup", tmp_path / "file" / "x" / "c.sqlite3", NOW)


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
    with pytest.raises(InputError, match=r"night\.wav: [^?]*; use another backup"):
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
