"""The store that the daemon opens: put back while it was stopped, it is another one."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from coughd.config.paths import Paths
from coughd.config.places import find_places
from coughd.config.settings import Settings, SourceSettings
from coughd.daemon.clock import SystemClock
from coughd.daemon.wiring.keeping import open_store
from coughd.storage.records import SourceChanged, SourceSeen


def test_a_file_that_is_written_over_with_an_earlier_one_is_another_store(tmp_path: Path) -> None:
    seen = SourceSeen("bed", "Bed", "microphone", 1)
    came = SourceChanged("bed", "up", "opened", 1, "")
    went = SourceChanged("bed", "down", "gone", 2, "")
    left = SourceChanged("bed", "down", "frozen", 3, "")
    settings = Settings(sources=(SourceSettings("bed", "microphone"),))
    paths = Paths(tmp_path / "config.yaml", tmp_path / "data", tmp_path / "run", tmp_path / "cache")
    places = find_places(settings, paths)
    (tmp_path / "data").mkdir()
    with open_store(settings, places, SystemClock()) as store:
        before = store.store_id
        store.write([seen, came])
    file = Path(places.store)
    earlier = file.read_bytes()
    with open_store(settings, places, SystemClock()) as store:
        assert [row.seq for row in store.write([went])] == [2]
    file.write_bytes(earlier)  # in its place, as `cp` does: nothing says that it is a copy
    with open_store(settings, places, SystemClock()) as store:
        assert [row.seq for row in store.write([left])] == [2]
        assert store.store_id != before
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
