"""A store on a disk that takes nothing more: what was heard can still be read."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from small_file_system import fill, make_read_only, small_file_system

from coughd.config.errors import StorageError
from coughd.storage.history import History

from .facts import covered, event, open_store, seen


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Path]:
    """One event, and no daemon any more."""
    with small_file_system(tmp_path / "disk") as disk:
        path = disk / "coughd.sqlite3"
        with closing(open_store(path)) as store:
            store.write([seen(), event("one"), covered(0, 60)])
        yield path


def events(store: Path) -> list[str]:
    with closing(History.open(store)) as history:
        return [one.event_id for one in history.events()]


def test_a_read_only_disk(store: Path) -> None:
    make_read_only(store.parent)
    assert events(store) == ["one"]


def test_a_full_disk(store: Path) -> None:
    fill(store.parent)
    assert events(store) == ["one"]


def test_a_log_that_is_not_in_the_store_yet_is_never_passed_over(store: Path) -> None:
    """As after a power cut: without what lies in the log, the history would be another one."""
    copy = store.with_name("copy.sqlite3")
    with closing(sqlite3.connect(store)) as writer:
        writer.execute("UPDATE events SET event_id = 'two'")
        writer.commit()
        copy.write_bytes(store.read_bytes())
        log = store.with_name(store.name + "-wal").read_bytes()
        copy.with_name(copy.name + "-wal").write_bytes(log)
    fill(store.parent)
    with pytest.raises(StorageError, match=r"copy\.sqlite3: cannot be read: the disk .* is full"):
        events(copy)
