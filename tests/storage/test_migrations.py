"""Old stores come forward after a copy, newer ones are refused."""

from __future__ import annotations

import sqlite3
import stat
from pathlib import Path

import pytest
from living_daemon import messages, read
from old_store import COUGHS_BY_UTC_HOUR, EVENTS, LAST_SEQ, write_old_store
from sqlalchemy import Connection, text

from coughd.config.errors import StorageError
from coughd.storage.engine import open_writer
from coughd.storage.faults import storage_faults
from coughd.storage.migrations import prepare
from coughd.storage.place import store_url
from coughd.storage.schema import SCHEMA_VERSION
from coughd.storage.upkeep.checkup import check_store_at
from coughd.storage.upkeep.copying import check_store

from .facts import event, open_store, seen

NEXT = SCHEMA_VERSION + 1


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A store of today's version, which the tests call old."""
    path = tmp_path / "coughd.db"
    with open_store(path) as store:
        store.write([seen(), event()])
    return path


def versions(path: Path) -> tuple[int, str]:
    connection = sqlite3.connect(path)
    try:
        (pragma,) = connection.execute("PRAGMA user_version").fetchone()
        (row,) = connection.execute("SELECT value FROM meta WHERE key='schema_version'").fetchone()
    finally:
        connection.close()
    return pragma, row


def add_room(connection: Connection) -> None:
    connection.execute(text("ALTER TABLE sources ADD COLUMN room TEXT"))


def fail_halfway(connection: Connection) -> None:
    add_room(connection)
    connection.execute(text("ALTER TABLE nowhere ADD COLUMN room TEXT"))


def test_a_new_store_says_its_version_in_both_places(old: Path) -> None:
    assert versions(old) == (SCHEMA_VERSION, str(SCHEMA_VERSION))


def test_an_old_store_is_copied_and_brought_forward(old: Path) -> None:
    engine = open_writer(store_url(old))
    prepare(engine, old, "the store", target=NEXT, steps={SCHEMA_VERSION: add_room})
    with engine.begin() as connection:
        assert connection.execute(text("SELECT room FROM sources")).all() == [(None,)]
        assert connection.execute(text("SELECT count(*) FROM events")).scalar_one() == 1
    assert versions(old) == (NEXT, str(NEXT))
    copy = old.with_name(f"coughd.db.v{SCHEMA_VERSION}")
    assert versions(copy) == (SCHEMA_VERSION, str(SCHEMA_VERSION))
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert sorted(path.name for path in old.parent.glob("*part*")) == []


def test_steps_run_in_order_from_the_stores_version(old: Path) -> None:
    done: list[int] = []
    steps = {
        version: lambda _, version=version: done.append(version)
        for version in range(SCHEMA_VERSION, SCHEMA_VERSION + 3)
    }
    prepare(open_writer(store_url(old)), old, "s", target=SCHEMA_VERSION + 3, steps=steps)
    assert done == [SCHEMA_VERSION, SCHEMA_VERSION + 1, SCHEMA_VERSION + 2]


def test_a_step_that_fails_leaves_the_last_good_version(old: Path) -> None:
    engine = open_writer(store_url(old))
    with pytest.raises(StorageError, match="no such table"), storage_faults("upgrading"):
        prepare(engine, old, "the store", target=NEXT, steps={SCHEMA_VERSION: fail_halfway})
    assert versions(old) == (SCHEMA_VERSION, str(SCHEMA_VERSION))
    prepare(engine, old, "the store", target=NEXT, steps={SCHEMA_VERSION: add_room})
    assert versions(old) == (NEXT, str(NEXT))


def test_without_a_copy_nothing_is_changed(old: Path) -> None:
    old.with_name(f"coughd.db.v{SCHEMA_VERSION}").mkdir()
    with pytest.raises(StorageError, match="copy before the upgrade failed"):
        prepare(
            open_writer(store_url(old)), old, "s", target=NEXT, steps={SCHEMA_VERSION: add_room}
        )
    assert versions(old) == (SCHEMA_VERSION, str(SCHEMA_VERSION))


def test_a_newer_store_is_refused_and_left_alone(old: Path) -> None:
    connection = sqlite3.connect(old)
    connection.execute("UPDATE meta SET value='99' WHERE key='schema_version'")
    connection.commit()
    connection.close()
    with pytest.raises(StorageError, match=r"version 99, this coughd knows up to .* upgrade"):
        open_store(old)


def test_a_store_that_lost_its_version_is_refused(old: Path) -> None:
    connection = sqlite3.connect(old)
    connection.execute("UPDATE meta SET value='soon' WHERE key='schema_version'")
    connection.commit()
    connection.close()
    with pytest.raises(StorageError, match="does not say its version"):
        open_store(old)


HOURS = "SELECT coughs FROM rollup_hours WHERE coughs > 0 ORDER BY bucket_us"


def test_a_store_of_version_1_keeps_all_it_held_and_is_summed_by_the_hour(tmp_path: Path) -> None:
    path = write_old_store(tmp_path / "coughd.sqlite3")
    told, held = messages(path), check_store(path)
    with open_store(path) as store:
        assert store.store_id == held.store_id
        (row, *_) = store.write([event("event-new", 5_000_000, source_id="usb:1-1.2")])
        assert row.seq == LAST_SEQ + 1
    assert versions(path) == (SCHEMA_VERSION, str(SCHEMA_VERSION))
    assert messages(path)[:LAST_SEQ] == told
    assert read(path, HOURS) == [(3,), (2,)]
    assert [one.state for one in check_store_at(path)] == ["ok"] * 3
    assert check_store(path.with_name("coughd.sqlite3.v1")) == held
    assert held.count("events") == EVENTS


def test_a_late_version_1_has_its_sums_by_the_hour_made_anew(tmp_path: Path) -> None:
    path = write_old_store(tmp_path / "coughd.sqlite3")
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE rollup_hours AS SELECT * FROM rollup")
    connection.close()
    open_store(path).close()
    assert read(path, HOURS) == [(coughs,) for coughs in COUGHS_BY_UTC_HOUR]
