"""Any page may be lost: the new store is whole, and what it holds is what was told."""

from __future__ import annotations

import errno
import os
import random
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.event import listen, remove

from coughd.config.errors import StorageError
from coughd.storage.outbox import OutboxReader
from coughd.storage.records import AnchorSet
from coughd.storage.rollup import read_rollup, recompute
from coughd.storage.schema import events, rollup_hours, sources
from coughd.storage.upkeep import salvage as module
from coughd.storage.upkeep.copying import check_store
from coughd.storage.upkeep.salvage import salvage

from ..facts import EPOCH_US, RATE_HZ, SOURCE, STRETCH, covered, event, open_store, reading, seen

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
EVENTS = 300
PAGE_BYTES = 4096


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("whole") / "coughd.db"
    with open_store(path) as store:
        store.write([seen(), AnchorSet(SOURCE, STRETCH, 0, RATE_HZ, 0, EPOCH_US, 16_000.0)])
        for number in range(EVENTS):
            store.write(
                [
                    event(f"event-{number}", number * 3_000, counted=number % 3 > 0),
                    covered(number * 3, number * 3 + 3),
                ]
            )
    return path


@pytest.fixture(scope="module")
def schema_pages(whole: Path, tmp_path_factory: pytest.TempPathFactory) -> set[int]:
    """The pages without which the list of tables cannot be read."""
    path = tmp_path_factory.mktemp("schema") / "spoiled.db"

    def is_needed(page: int) -> bool:
        shutil.copy(whole, path)
        spoil(path, [page], bytes(PAGE_BYTES))
        with closing(sqlite3.connect(path)) as connection:
            try:
                connection.execute("SELECT sql FROM sqlite_master").fetchall()
            except sqlite3.DatabaseError:
                return True
        return False

    needed = {page for page in range(40) if is_needed(page)}
    assert 0 < len(needed) < 10
    return needed


@pytest.fixture
def damaged(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(whole, tmp_path / "coughd.db"))


def spoil(path: Path, pages: list[int], filling: bytes) -> None:
    """Overwrite pages, counted from 0."""
    with path.open("r+b") as file:
        for page in pages:
            file.seek(page * PAGE_BYTES)
            file.write(filling)


def told(path: Path) -> dict[int, str]:
    with OutboxReader.open(path) as reader:
        oldest, _ = reader.bounds()
        return {row.seq: row.body for row in reader.page(max(oldest - 1, 0), 10_000).rows}


def rows(path: Path) -> dict[str, tuple[object, ...]]:
    with reading(path) as connection:
        found = connection.execute(select(events).order_by(events.c.event_id))
        return {row.event_id: tuple(row) for row in found}


@pytest.mark.parametrize("seed", range(12))
def test_whatever_pages_are_lost_the_rest_is_a_whole_store(
    damaged: Path, whole: Path, schema_pages: set[int], seed: int
) -> None:
    chance = random.Random(seed)
    pages = damaged.stat().st_size // PAGE_BYTES
    lost = chance.sample(
        [page for page in range(pages) if page not in schema_pages], chance.choice((1, 1, 2, 8))
    )
    spoil(damaged, lost, chance.choice((bytes(PAGE_BYTES), chance.randbytes(PAGE_BYTES))))
    before = damaged.read_bytes()

    done = salvage(damaged, NOW)

    assert done.aside.read_bytes() == before
    now = check_store(damaged)
    assert now.rows == done.rows
    assert now.store_id != check_store(whole).store_id
    with reading(damaged) as connection:
        sums = recompute(connection)
        assert read_rollup(connection) == sums
        hours = read_rollup(connection, rollup_hours)
        assert sum(hours.values()) == sum(sums.values())
        assert connection.execute(select(sources.c.source_id)).scalars().all() == [SOURCE]
    former = rows(whole)
    kept = rows(damaged)
    differing = [name for name, row in kept.items() if row[1:] != former[name][1:]]
    # The model of an event may be among what is lost, which is then said of the event.
    assert len(kept) > EVENTS / 3
    assert not differing or done.unreadable
    messages = told(damaged)
    assert [*messages] == [*range(min(messages, default=1), max(messages, default=0) + 1)]
    assert messages.items() <= told(whole).items()


def test_of_a_whole_store_nothing_is_lost_and_writing_goes_on(damaged: Path, whole: Path) -> None:
    done = salvage(damaged, NOW)
    assert (done.unreadable, done.refused) == (0, 0)
    assert rows(damaged) == rows(whole)
    assert told(damaged) == told(whole)
    with open_store(damaged) as store:
        (row,) = store.write([event("new", EVENTS * 3_000)])
    assert row.seq == EVENTS + 1


def test_what_was_lost_may_be_heard_again_though_its_sound_was_accounted_for(
    damaged: Path, whole: Path
) -> None:
    with open_store(whole) as store:
        onset, covered_sample = store.heard_until(STRETCH)
        assert onset is not None
        assert covered_sample is not None
    for days in range(2):  # what is known of it outlives being damaged anew
        salvage(damaged, NOW + timedelta(days))
        with open_store(damaged) as store:
            assert store.heard_until(STRETCH) == (None, None)
            later = event(f"later-{days}", 0, stretch_id=f"later-{days}")
            store.write([later])
            assert store.heard_until(later.stretch_id) == (later.onset_sample, None)


def test_what_is_taken_over_is_not_counted_again_with_each_batch(
    damaged: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a year's store that would take hours: each count reads the whole table."""
    monkeypatch.setattr(module, "_AT_ONCE", 10)
    said: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        said.append(statement)

    listen(Engine, "before_cursor_execute", note)
    try:
        assert salvage(damaged, NOW).refused == 0
    finally:
        remove(Engine, "before_cursor_execute", note)
    assert sum(one.startswith("INSERT OR IGNORE INTO events") for one in said) == EVENTS / 10
    assert not [one for one in said if "count(" in one]


def test_what_only_the_log_holds_is_found_too(tmp_path: Path) -> None:
    path = tmp_path / "coughd.db"
    with open_store(path) as store:
        store.write([seen(), event()])
        for ending in ("", "-wal"):
            shutil.copy(tmp_path / f"coughd.db{ending}", tmp_path / f"killed.db{ending}")
    salvage(tmp_path / "killed.db", NOW)
    assert [*rows(tmp_path / "killed.db")] == ["event-1"]


def test_where_not_even_the_tables_are_known_nothing_is_touched(damaged: Path) -> None:
    spoil(damaged, [0], bytes(range(256)) * 16)
    before = damaged.read_bytes()
    with pytest.raises(StorageError, match="restore a backup"):
        salvage(damaged, NOW)
    assert damaged.read_bytes() == before
    assert [path.name for path in damaged.parent.iterdir()] == [damaged.name]


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "places.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE meta (url TEXT)")
    before = path.read_bytes()
    with pytest.raises(StorageError, match="left alone"):
        salvage(path, NOW)
    assert path.read_bytes() == before


def test_a_link_stays_and_what_it_leads_to_is_mended(damaged: Path, tmp_path: Path) -> None:
    link = tmp_path / "link.db"
    link.symlink_to(damaged)
    done = salvage(link, NOW)
    assert link.is_symlink()
    assert done.aside.parent == damaged.parent
    assert len(rows(link)) == EVENTS


def test_where_it_fails_nothing_of_it_takes_room(
    damaged: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_path: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(module, "fsync", full)
    with pytest.raises(StorageError, match=r"cannot be written \(No space left on device\)"):
        salvage(damaged, NOW)
    assert list(damaged.parent.glob("*.salvaged*")) == []


def test_what_a_killed_one_left_is_not_taken_over(damaged: Path) -> None:
    for ending in ("", "-wal", "-shm"):
        damaged.with_name(f"{damaged.name}.salvaged{ending}").write_text("half")
    salvage(damaged, NOW)
    assert list(damaged.parent.glob("*.salvaged*")) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_what_root_mends_belongs_to_the_service(damaged: Path) -> None:
    os.chown(damaged, 54_321, 54_321)
    salvage(damaged, NOW)
    assert damaged.stat().st_uid == 54_321
