"""`coughd backup` as a user calls it."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from coughd.config.errors import AlreadyRunningError, StorageError, UsageError
from coughd.daemon.commands import backup as module
from coughd.daemon.commands.backup import backup
from coughd.storage.lock import LOCK_NAME, InstanceLock

from ...storage.facts import open_store, seen


@pytest.fixture
def config(tmp_path: Path) -> Path:
    data = tmp_path / "data"
    with open_store(data / "coughd.sqlite3") as store:
        store.write([seen()])
    path = tmp_path / "config.yaml"
    path.write_text(f"config_version: 1\nstore: {{data_dir: {data}}}\n")
    return path


def run(*arguments: str | Path) -> Result:
    told = CliRunner().invoke(backup, [*map(str, arguments)])
    if told.exception is not None and not isinstance(told.exception, SystemExit):
        raise told.exception
    return told


def made(config: Path) -> Path:
    run("create", "--config", config)
    (path,) = (config.parent / "data" / "backups").iterdir()
    return path


def test_two_of_one_second_are_two_files(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "now", lambda: datetime(2026, 11, 21, 9, 30, tzinfo=UTC))
    run("create", "--config", config)
    run("create", "--config", config)
    assert len(list((config.parent / "data" / "backups").iterdir())) == 2


def test_a_store_elsewhere_that_a_daemon_uses_is_not_restored(config: Path, tmp_path: Path) -> None:
    file = made(config)
    store = tmp_path / "other" / "coughd.sqlite3"
    with open_store(store) as opened:
        opened.write([seen()])
    before = store.read_bytes()
    restore = ("restore", file, "--store", store, "--config", config)
    with InstanceLock(store.parent), pytest.raises(AlreadyRunningError, match="other: another"):
        run(*restore)
    assert store.read_bytes() == before
    assert "restored" in run(*restore).stdout


def test_restoring_leaves_no_lock_where_there_was_none(config: Path, tmp_path: Path) -> None:
    store = tmp_path / "other" / "coughd.sqlite3"
    run("restore", made(config), "--store", store, "--config", config)
    assert not (store.parent / LOCK_NAME).exists()


def test_it_restores_beside_its_own_lock_by_whatever_path(config: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "data")
    store = tmp_path / "link" / "coughd.sqlite3"
    told = run("restore", made(config), "--store", store, "--config", config)
    assert "what was there is now" in told.stdout


def test_it_says_where_it_restored_to_and_that_nothing_was_there(
    config: Path, tmp_path: Path
) -> None:
    """Without sudo, or with another configuration, it would be another place than the daemon's."""
    file, store = made(config), tmp_path / "other" / "coughd.sqlite3"
    told = run("restore", file, "--store", store, "--config", config).stdout.splitlines()
    assert told[0].startswith(f"{store}: restored 0 events")
    assert told[1].startswith("no store was there before")
    again = run("restore", file, "--store", store, "--json", "--config", config)
    assert json.loads(again.stdout)["store"] == str(store)


def test_the_one_of_now_stays_whatever_the_clock_says(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = config.parent / "data" / "backups"
    monkeypatch.setattr(module, "now", lambda: datetime(2026, 11, 21, 9, 30, tzinfo=UTC))
    run("create", "--config", config)
    monkeypatch.setattr(module, "now", lambda: datetime(1970, 1, 1, tzinfo=UTC))
    run("create", "--keep", "1", "--config", config)
    assert [path.name for path in folder.iterdir()] == ["coughd-19700101T000000Z.sqlite3"]


def test_what_was_made_is_told_though_an_older_one_cannot_be_deleted(config: Path) -> None:
    folder = config.parent / "data" / "backups"
    (folder / "coughd-20200101T000000Z.sqlite3").mkdir(parents=True)
    told = CliRunner().invoke(backup, ["create", "--keep", "1", "--config", str(config)])
    assert isinstance(told.exception, StorageError)
    assert "0 events, 0 messages; every page was checked" in told.stdout


def test_a_folder_is_no_name_for_a_backup(config: Path, tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="is a folder; name a new file in it"):
        run("create", tmp_path, "--config", config)


def test_a_folder_that_cannot_be_made_is_a_sentence(config: Path) -> None:
    with pytest.raises(StorageError, match="name another folder"):
        run("restore", made(config), "--store", config / "x" / "c.sqlite3", "--config", config)


def test_keep_says_nothing_about_a_named_file(config: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="leave out one of both"):
        run("create", tmp_path / "one", "--keep", "7", "--config", config)
    assert not (tmp_path / "one").exists()


def test_a_name_that_is_no_text_is_shown_all_the_same(config: Path, tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.sqlite3")
    made(config).rename(path)
    assert "caf\ufffd.sqlite3: 0 events" in run("verify", path).stdout
