"""Opening a store: private, read-only where only reading, a sentence where it fails."""

from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text

from coughd.config.errors import StorageError
from coughd.storage.engine import open_writer
from coughd.storage.faults import storage_faults
from coughd.storage.place import store_url
from coughd.storage.store import EventStore
from coughd.storage.upkeep.retention import Limits

from .facts import event, open_store, reading, scored, seen

pytestmark = pytest.mark.sqlite


def test_a_path_need_not_be_text(tmp_path: Path) -> None:
    path = tmp_path / "caf\udce9.db"
    with open_store(path) as store:
        store.write([seen(), event()])
    assert path.exists()
    with reading(path) as connection:
        assert connection.execute(text("SELECT count(*) FROM events")).scalar_one() == 1


@pytest.mark.parametrize("url", ["mysterydb://host/coughd", "oracle://host/coughd"])
def test_a_database_without_its_driver_says_so(url: str) -> None:
    with pytest.raises(StorageError, match="no driver"):
        open_writer(store_url(url))


def test_a_new_store_is_private(store: EventStore, store_path: Path) -> None:
    store.write([event()])
    assert stat.S_IMODE(store_path.parent.stat().st_mode) == 0o700
    files = {path.name: stat.S_IMODE(path.stat().st_mode) for path in store_path.parent.iterdir()}
    assert files == {"coughd.db": 0o600, "coughd.db-wal": 0o600, "coughd.db-shm": 0o600}


def test_the_writer_survives_a_power_cut_and_knows_its_references(store: EventStore) -> None:
    def pragma(name: str) -> object:
        return store._writing.connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()

    settings = [pragma(name) for name in ("journal_mode", "synchronous", "foreign_keys")]
    assert settings == ["wal", 2, 1]
    assert pragma("busy_timeout") == 5_000


def test_a_reader_cannot_write(store: EventStore, store_path: Path) -> None:
    with (
        pytest.raises(StorageError, match="read-only"),
        storage_faults("trying"),
        reading(store_path) as connection,
    ):
        connection.execute(text("DELETE FROM sources"))


def test_odd_characters_in_a_path_are_no_trouble(tmp_path: Path) -> None:
    path = tmp_path / "où est #1? 100%.db"
    with open_store(path) as store:
        store.write([seen()])
    with reading(path) as connection:
        assert connection.execute(text("SELECT count(*) FROM sources")).scalar_one() == 1
    assert path.exists()


def test_a_folder_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match=r"cannot be made or written .* store\.data_dir"):
        open_store(tmp_path / "file" / "coughd.db")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_says_so(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(StorageError, match="Permission denied"):
        open_store(tmp_path / "coughd.db")


def test_a_folder_in_place_of_the_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="Is a directory"):
        open_store(tmp_path)


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "coughd.db"
    path.write_text("RIFF, or anything else but a database" * 100)
    before = path.read_bytes()
    with pytest.raises(StorageError, match="not a SQLite database; move it away"):
        open_store(path)
    assert path.read_bytes() == before


def test_another_programs_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "places.sqlite"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE bookmarks (url TEXT)")
    connection.close()
    with pytest.raises(StorageError, match="another program"):
        open_store(path)
    with sqlite3.connect(path) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master").fetchall()
    connection.close()
    assert tables == [("bookmarks",)]


def test_a_fault_without_a_remedy_is_told_in_the_databases_words(store: EventStore) -> None:
    with (
        pytest.raises(StorageError, match="trying: no such table: nowhere"),
        storage_faults("trying"),
    ):
        store._writing.connection.execute(text("SELECT * FROM nowhere"))


def test_what_is_deleted_is_overwritten(store: EventStore, store_path: Path) -> None:
    vector = np.random.default_rng(7).standard_normal(512).astype(np.float32)
    store.write([event(scored=scored(embedding=vector))])
    _checkpoint(store_path)
    assert vector.tobytes()[:256] in store_path.read_bytes()
    assert store.forget(Limits(embeddings_us=0), "none").embeddings == 1
    _checkpoint(store_path)
    assert vector.tobytes()[:256] not in store_path.read_bytes()


def _checkpoint(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        (busy, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    assert busy == 0
