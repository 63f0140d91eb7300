"""What each table holds about people."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import fields
from pathlib import Path

import pytest

from coughd.config.settings import RetentionSettings
from coughd.storage.personal import MEANINGS, read_contents
from coughd.storage.schema import metadata
from coughd.storage.store import EventStore

from .facts import EPOCH_US, covered, event

pytestmark = pytest.mark.sqlite


def test_every_table_is_explained_and_every_key_of_retention_exists() -> None:
    assert set(MEANINGS) == set(metadata.tables)
    keys = {field.name for field in fields(RetentionSettings)} | {"for ever"}
    assert {meaning.kept_by for meaning in MEANINGS.values()} <= keys


def test_rows_and_the_oldest_of_them(store: EventStore, store_path: Path) -> None:
    store.write([covered(0, 10), event("a", 5000), event("b", 3000)])
    contents = {each.name: each for each in read_contents(store_path)}
    assert set(contents) == set(metadata.tables)
    assert (2, EPOCH_US + 3_000_000) == (contents["events"].rows, contents["events"].oldest_us)
    assert (2, None) == (contents["embeddings"].rows, contents["embeddings"].oldest_us)
    assert contents["coverage"].oldest_us == EPOCH_US
    assert (0, None) == (contents["reviews"].rows, contents["reviews"].oldest_us)
    assert {each.unexpected for each in contents.values()} == {""}


def test_what_coughd_does_not_make_is_named(store: EventStore, store_path: Path) -> None:
    store.close()
    with closing(sqlite3.connect(store_path)) as connection:
        connection.execute("CREATE TABLE clips (sound BLOB)")
        connection.execute("ALTER TABLE events ADD COLUMN clip BLOB")
        connection.commit()
    unexpected = {each.name: each.unexpected for each in read_contents(store_path)}
    assert "not a table of coughd's" in unexpected["clips"]
    assert "clip" in unexpected["events"]
    assert unexpected["embeddings"] == ""
