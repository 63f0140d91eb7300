"""The store is deleted, damaged or of another version: nothing is overwritten, all is told."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from command_line import coughd
from living_daemon import (
    STORE_FILE,
    LivingDaemon,
    findings,
    messages,
    write_config,
    write_lasting_config,
    write_recording,
)

from coughd.storage.schema import SCHEMA_VERSION
from coughd.storage.upkeep.copying import check_store

SCENES = 4


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_recording(tmp_path_factory.mktemp("recording") / "night.flac", SCENES)


@pytest.fixture(scope="module")
def undisturbed(recording: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of a daemon that heard the recording and that nobody disturbed."""
    folder = tmp_path_factory.mktemp("undisturbed")
    config = write_config(folder, recording, folder / "data")
    assert coughd("run", "--config", config).exit_code == os.EX_OK
    return folder / "data"


@pytest.fixture(scope="module")
def heard(undisturbed: Path) -> Sequence[Any]:
    """What it makes of the recording."""
    return findings(undisturbed / STORE_FILE)


def test_deleted_under_the_daemon_it_is_put_back(
    recording: Path, heard: Sequence[Any], tmp_path: Path
) -> None:
    store = tmp_path / "data" / STORE_FILE
    config = write_lasting_config(tmp_path, recording, store.parent)
    with LivingDaemon(config) as daemon:
        daemon.until_written(20)
        for path in store.parent.glob(f"{STORE_FILE}*"):
            path.unlink(missing_ok=True)  # the first may have been put back by now
        daemon.until_heard()
        assert daemon.stop() == os.EX_OK
    assert "it was put back" in daemon.log
    # Once it has ended the store is one file: whoever copies that has all of it.
    assert [path.name for path in store.parent.glob(f"{STORE_FILE}*")] == [STORE_FILE]
    assert findings(store) == heard
    assert [seq for seq, _ in messages(store)] == [*range(1, len(messages(store)) + 1)]
    assert coughd("doctor", "--config", config).exit_code == os.EX_OK


def test_damaged_it_is_set_aside_and_what_is_readable_goes_on(
    recording: Path, undisturbed: Path, heard: Sequence[Any], tmp_path: Path
) -> None:
    store = shutil.copytree(undisturbed, tmp_path / "data") / STORE_FILE
    config = write_config(tmp_path, recording, store.parent)
    told = dict(messages(store))
    spoil_table(store, "events", random.Random(1))
    damaged = store.read_bytes()

    said = coughd("doctor", "--config", config)
    assert said.exit_code == os.EX_IOERR
    assert any("coughd doctor --fix" in line for line in said.lines if line.startswith("fault"))
    assert store.read_bytes() == damaged

    said = coughd("doctor", "--fix", "--config", config)
    assert said.exit_code == os.EX_OK, said.lines
    assert any("rows could not be read" in line for line in said.lines)
    (aside,) = store.parent.glob("*.damaged-*Z")
    assert aside.exists()
    assert dict(messages(store)).items() <= told.items()

    # The recording is heard once more: what was lost is found again under its old name.
    config = write_config(tmp_path, recording, store.parent)
    assert coughd("run", "--config", config).exit_code == os.EX_OK
    assert [row[:8] for row in findings(store)[0]] == [row[:8] for row in heard[0]]


def spoil_table(store: Path, table: str, chance: random.Random) -> None:
    """Overwrite one page in the midst of a table's."""
    with closing(sqlite3.connect(store)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (root,) = connection.execute(
            "SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)
        ).fetchone()
    with store.open("r+b") as file:
        page = file.read()[(root - 1) * 4096 : root * 4096]
        # An interior page: two bytes a cell after twelve of header, four of a cell are a page.
        assert page[0] == 5
        first_cell = int.from_bytes(page[12:14], "big")
        leaf = int.from_bytes(page[first_cell : first_cell + 4], "big")
        file.seek((leaf - 1) * 4096)
        file.write(chance.randbytes(4096))


def test_a_newer_store_is_refused_and_left_alone(
    recording: Path, undisturbed: Path, tmp_path: Path
) -> None:
    store = shutil.copytree(undisturbed, tmp_path / "data") / STORE_FILE
    config = write_config(tmp_path, recording, store.parent)
    with closing(sqlite3.connect(store)) as connection:
        connection.execute("UPDATE meta SET value = '99' WHERE key = 'schema_version'")
        connection.execute("PRAGMA user_version = 99")
        connection.commit()
    before = store.read_bytes()
    for arguments in (["run"], ["doctor", "--fix"]):
        said = coughd(*arguments, "--config", config)
        assert said.exit_code == os.EX_IOERR
        assert f"knows up to {SCHEMA_VERSION}" in said.complaints + "".join(said.lines)
    assert store.read_bytes() == before


def test_backed_up_while_it_runs_and_restored(recording: Path, tmp_path: Path) -> None:
    store = tmp_path / "data" / STORE_FILE
    config = write_config(tmp_path, recording, store.parent, source={"loop": True})
    with LivingDaemon(config) as daemon:
        daemon.until_written(50)
        for _ in range(2):
            assert coughd("backup", "create", "--keep", "1", "--config", config).exit_code == 0
            daemon.until_written(daemon.queue("store", "written") + 20)
        for verb in (["backup", "restore", store], ["doctor", "--fix"]):
            assert coughd(*verb, "--config", config).exit_code == os.EX_TEMPFAIL
        daemon.stop()
    (backup,) = (store.parent / "backups").iterdir()
    assert coughd("backup", "verify", backup).exit_code == os.EX_OK
    before = check_store(store)
    said = coughd("backup", "restore", backup, "--config", config)
    assert said.exit_code == os.EX_OK, said.complaints
    after = check_store(store)
    assert after.store_id != before.store_id
    assert 0 < after.count("events") < before.count("events")
    (aside,) = store.parent.glob("*.aside-*Z")
    assert check_store(aside).rows == before.rows
    assert coughd("doctor", "--config", config).exit_code == os.EX_OK
