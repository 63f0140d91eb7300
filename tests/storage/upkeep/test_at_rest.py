"""A store that some process has open is not at rest, wherever that has its data directory."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from coughd.config.errors import AlreadyRunningError
from coughd.storage.lock import LOCK_NAME, InstanceLock
from coughd.storage.upkeep.at_rest import at_rest, user_of

from ..facts import open_store

_WRITER = """
import sys
from coughd.storage.records import Origin
from coughd.storage.store import EventStore

with EventStore.open(sys.argv[1], Origin("home", "pi", "boot", "UTC", "c0"), lambda: 0):
    print("open", flush=True)
    sys.stdin.read()
"""


@contextmanager
def writer(store: Path) -> Iterator[int]:
    """Another process that has the store open and writes nothing."""
    with subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(store)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        yield process.pid
        process.communicate()


def rest(data_dir: Path, store: Path | str) -> bool:
    with at_rest(data_dir, store):
        return True


def test_an_idle_writer_is_named_until_it_ends(tmp_path: Path) -> None:
    store = tmp_path / "elsewhere" / "coughd.sqlite3"
    with writer(store) as pid:
        assert user_of(store) == str(pid)
        with pytest.raises(AlreadyRunningError, match=f"process {pid} has this store open"):
            rest(tmp_path / "data", store)
    assert user_of(store) is None
    assert rest(tmp_path / "data", store)


def test_by_a_link_it_is_the_same_store(tmp_path: Path) -> None:
    store, link = tmp_path / "elsewhere.db", tmp_path / "link.db"
    link.symlink_to(store)
    with writer(store), pytest.raises(AlreadyRunningError, match="has this store open"):
        rest(tmp_path / "data", link)


def test_nobody_has_what_is_not_there_or_on_a_server(tmp_path: Path) -> None:
    assert user_of(tmp_path / "none") is None
    assert rest(tmp_path / "data", tmp_path / "none" / "coughd.sqlite3")
    assert rest(tmp_path / "data", "postgresql://db/coughd")


def test_the_folder_of_a_store_elsewhere_may_be_a_daemons(tmp_path: Path) -> None:
    store = tmp_path / "other" / "coughd.sqlite3"
    open_store(store).close()
    assert rest(tmp_path / "data", store)
    assert not (store.parent / LOCK_NAME).exists()
    with InstanceLock(store.parent), pytest.raises(AlreadyRunningError, match="other: another"):
        rest(tmp_path / "data", store)
