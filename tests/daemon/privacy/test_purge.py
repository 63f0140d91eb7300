"""Forgetting everything that was heard, and nothing else."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from coughd.config.errors import AlreadyRunningError, StorageError, UsageError
from coughd.config.paths import Paths
from coughd.config.places import Places, find_places
from coughd.config.settings import Settings, SourceSettings, StoreSettings
from coughd.daemon.privacy import purge as module
from coughd.daemon.privacy.inventory import MOST_FILES
from coughd.daemon.privacy.purge import plan_purge, purge
from coughd.storage.lock import InstanceLock
from coughd.storage.upkeep.at_rest import at_rest

_HEARD = ("data/coughd.sqlite3", "data/coughd.sqlite3-wal", "data/backups/coughd-1Z.sqlite3",
          "data/coughd.sqlite3.aside-1", "data/coughd.ballast", "data/coughd.told", "bed.wav",
          "bed-2.wav")  # fmt: skip
_OTHERS = ("data/notes.txt", "config.yaml", "night.flac")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "data/backups").mkdir(parents=True)
    for name in (*_HEARD, *_OTHERS):
        (tmp_path / name).write_text("x")
    return tmp_path


def configured(folder: Path, url: str | None = None) -> tuple[Settings, Places, Path]:
    settings = Settings(
        sources=(
            SourceSettings("bed", "microphone", record_path=folder / "bed.wav"),
            SourceSettings("old", "file", path=folder / "night.flac"),
        ),
        store=StoreSettings(url=url),
    )
    paths = Paths(folder / "config.yaml", folder / "data", folder / "run", folder / "cache")
    return settings, find_places(settings, paths), paths.config_file


def left(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def test_all_that_was_heard_goes_and_the_rest_stays(folder: Path) -> None:
    done = purge(*configured(folder))
    assert {str(file.path.relative_to(folder)) for file in done.deletes} == set(_HEARD)
    assert left(folder) == {*_OTHERS, "data/coughd.lock"}
    assert [file.path.name for file in done.leaves] == ["notes.txt"]


def test_more_clips_than_a_report_shows_go_all_the_same(folder: Path) -> None:
    clips = folder / "data/clips"
    clips.mkdir()
    for number in range(MOST_FILES + 1):
        (clips / f"{number}.clip").touch()
    (clips / "key.check").touch()
    done = purge(*configured(folder))
    assert len(done.deletes) == len(_HEARD) + MOST_FILES + 2
    assert not list(clips.iterdir())


def test_a_running_daemon_is_left_alone(folder: Path) -> None:
    before = left(folder)
    with InstanceLock(folder / "data"), pytest.raises(AlreadyRunningError):
        purge(*configured(folder))
    assert left(folder) == before | {"data/coughd.lock"}


def test_a_purge_cut_short_is_made_again(folder: Path) -> None:
    plan_purge(*configured(folder)).deletes[0].path.unlink()
    assert len(purge(*configured(folder)).deletes) == len(_HEARD) - 1
    assert purge(*configured(folder)).deletes == ()
    assert left(folder) == {*_OTHERS, "data/coughd.lock"}


def test_what_is_made_before_the_daemon_is_kept_out_goes_too(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may have stopped a moment ago, after its last words."""

    @contextmanager
    def late(data_dir: Path, store: Path | str) -> Iterator[None]:
        (folder / "data/handed-in").mkdir()
        (folder / "data/handed-in/1.json").touch()
        with at_rest(data_dir, store):
            yield

    monkeypatch.setattr(module, "at_rest", late)
    purge(*configured(folder))
    assert left(folder) == {*_OTHERS, "data/coughd.lock"}


def test_a_device_that_was_recorded_into_stays(folder: Path) -> None:
    (folder / "bed.wav").unlink()
    os.mkfifo(folder / "pipe")
    (folder / "bed.wav").symlink_to("pipe")
    done = purge(*configured(folder))
    assert (folder / "pipe").is_fifo()
    assert "pipe" in [file.path.name for file in done.leaves]


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can delete what is another's")
def test_root_deletes_nothing_of_others_by_a_link_of_the_daemons_user(folder: Path) -> None:
    """Whoever has got hold of the daemon could have root delete any file."""
    for path in (folder, *folder.rglob("*")):
        os.chown(path, 54_321, 54_321)
    (folder / "data/clips").mkdir()
    (folder / "shadow").touch()
    link = folder / "data/clips/1.clip"
    link.symlink_to(folder / "shadow")
    before = left(folder)
    with pytest.raises(StorageError, match=r"shadow is outside of .* and belongs to root"):
        purge(*configured(folder))
    assert left(folder) == before
    os.chown(folder / "shadow", 54_321, 54_321)  # as a clip that was moved elsewhere
    purge(*configured(folder))
    assert left(folder) == {*_OTHERS, "data/coughd.lock"}


def test_what_takes_the_place_of_a_file_that_was_found_stays(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backups = folder / "data/backups"

    @contextmanager
    def swap(_data_dir: Path, _store: Path | str) -> Iterator[None]:
        planned = plan_purge(*configured(folder))
        monkeypatch.setattr(module, "plan_purge", lambda *_: planned)
        backups.rename(folder / "data/moved")
        backups.symlink_to(folder / "theirs")
        yield

    (folder / "theirs").mkdir()
    theirs = folder / "theirs/coughd-1Z.sqlite3"
    theirs.touch()
    monkeypatch.setattr(module, "at_rest", swap)
    with pytest.raises(StorageError, match="was replaced just now"):
        purge(*configured(folder))
    assert theirs.exists()


def test_with_nothing_stored_nothing_is_made(tmp_path: Path) -> None:
    assert purge(*configured(tmp_path)).deletes == ()
    assert left(tmp_path) == set()


def test_what_other_machines_heard_is_not_ours_to_delete(folder: Path) -> None:
    with pytest.raises(UsageError, match="database server") as refused:
        plan_purge(*configured(folder, "postgresql://anna:secret@db/coughd"))
    assert "secret" not in str(refused.value)
