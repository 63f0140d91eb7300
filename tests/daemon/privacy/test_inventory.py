"""Every file that coughd makes is known by what it is."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from coughd.config.paths import Paths
from coughd.config.places import Places, find_places
from coughd.config.settings import (
    ClipsSettings,
    EmbedderSettings,
    ProbeSettings,
    Settings,
    SourceSettings,
    StoreSettings,
)
from coughd.daemon.privacy.inventory import HOLDS, recordings, take_inventory
from coughd.daemon.sources.recording import Recording
from coughd.storage.lock import InstanceLock
from coughd.storage.records import Origin
from coughd.storage.store import EventStore
from coughd.storage.told import LastTold, Told
from coughd.storage.upkeep.backup import back_up, backup_name, restore
from coughd.storage.upkeep.room import Ballast
from coughd.storage.upkeep.salvage import salvage

_NOW = datetime(2026, 11, 21, tzinfo=UTC)


def places_of(folder: Path, settings: Settings) -> Places:
    paths = Paths(folder / "config.yaml", folder / "data", folder / "run", folder / "cache")
    return find_places(settings, paths)


def make_store(path: Path) -> None:
    EventStore.open(path, Origin("home", "pi", "boot", "UTC", "c0"), lambda: 0).close()


def kinds(folder: Path, settings: Settings) -> dict[str, str]:
    taken = take_inventory(settings, places_of(folder, settings), folder / "config.yaml")
    assert taken.hidden == []
    return {str(file.path.relative_to(folder)): file.kind for file in taken.files}


def test_what_a_long_life_leaves_is_all_known(tmp_path: Path) -> None:
    data = tmp_path / "data"
    store = data / "coughd.sqlite3"
    with InstanceLock(data):
        make_store(store)
        with Told(data) as told:
            told.keep("store", LastTold.of(1, "body"))
        Ballast(data, 4096).take()
        backup = data / "backups" / backup_name(_NOW)
        back_up(store, backup)
        restore(backup, store, _NOW)
        salvage(store, _NOW)
        with closing(sqlite3.connect(store)) as connection:
            connection.execute("SELECT * FROM meta").fetchall()
            found = kinds(tmp_path, Settings())
            there = {str(path.relative_to(tmp_path)) for path in data.rglob("*") if path.is_file()}
    assert set(found) == there
    assert set(found.values()) == {"lock", "store", "ballast", "told", "copy"}
    assert sum(kind == "copy" for kind in found.values()) >= 3


def test_all_that_is_named_in_the_configuration_is_looked_at(tmp_path: Path) -> None:
    for name in ("night.flac", "probe.json", "config.yaml", "clips.key", "triton.token"):
        (tmp_path / name).touch()
    for _ in range(2):
        taken = Recording(tmp_path / "bed.wav", 16_000, 1)
        taken.write(memoryview(bytes(2)))
        taken.close()
    (tmp_path / "bed-room.wav").touch()  # somebody else's
    settings = Settings(
        sources=(
            SourceSettings("bed", "microphone", record_path=tmp_path / "bed.wav"),
            SourceSettings("old", "file", path=tmp_path / "night.flac"),
        ),
        probe=ProbeSettings(path=tmp_path / "probe.json"),
        clips=ClipsSettings(key_file=tmp_path / "clips.key"),
        embedder=EmbedderSettings(kind="remote", token_file=tmp_path / "triton.token"),
    )
    assert kinds(tmp_path, settings) == {
        "bed.wav": "recording",
        "bed-2.wav": "recording",
        "night.flac": "source",
        "probe.json": "probe",
        "config.yaml": "configuration",
        "clips.key": "key",
        "triton.token": "key",
    }


def test_a_store_in_anybodys_folder_brings_only_its_own(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    make_store(shared / "c.db")
    for name in ("diary.txt", "c.db.aside-1", "c.db-journal", "c.db.lock", "my-c.db"):
        (shared / name).touch()
    settings = Settings(store=StoreSettings(url=f"sqlite:///{shared}/c.db"))
    assert kinds(tmp_path, settings) == {
        "shared/c.db": "store",
        "shared/c.db-journal": "store",
        "shared/c.db.lock": "lock",
        "shared/c.db.aside-1": "copy",
    }


def test_what_nobody_knows_is_said_to_be_unknown(tmp_path: Path) -> None:
    (tmp_path / "data/deep/er").mkdir(parents=True)
    (tmp_path / "data/deep/er/thing").touch()
    assert kinds(tmp_path, Settings()) == {"data/deep/er/thing": "unknown"}


def test_too_many_files_are_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    for number in range(3):
        (tmp_path / "data" / str(number)).touch()
    settings = Settings()
    where = places_of(tmp_path, settings)
    taken = take_inventory(settings, where, tmp_path / "none", most_files=2)
    (said,) = taken.hidden
    assert "more than 2 files" in said
    assert not take_inventory(settings, where, tmp_path / "none", most_files=3).hidden


def test_recordings_are_found_whatever_their_name(tmp_path: Path) -> None:
    for name in ("[bed]*.wav", "[bed]*-2.wav", "b-3.wav"):
        (tmp_path / name).touch()
    found = [path.name for path in recordings(tmp_path / "[bed]*.wav")]
    assert found == ["[bed]*.wav", "[bed]*-2.wav"]


def test_recordings_are_numbered(tmp_path: Path) -> None:
    for name in ("a-2.wav", "a-10.wav", "a-b.wav", "a-3.flac"):
        (tmp_path / name).touch()
    found = [path.name for path in recordings(tmp_path / "a.wav")]
    assert sorted(found) == ["a-10.wav", "a-2.wav", "a.wav"]


def test_every_kind_says_what_it_holds() -> None:
    assert all(HOLDS.values())


def test_what_was_moved_to_another_disk_and_linked_is_found_there(tmp_path: Path) -> None:
    """A folder of coughd's own, the store, the data directory itself, and a recording."""
    disk = tmp_path / "disk"
    for folder in ("data/clips", "data/backups", "strange"):
        (disk / folder).mkdir(parents=True)
    (tmp_path / "home").symlink_to(disk / "data")
    make_store(disk / "large.db")
    (disk / "data/coughd.ballast").touch()  # it was beside the store once
    for name in ("data/notes", "strange/thing", "bed.wav", "secret.yaml", "large.db-wal"):
        (disk / name).touch()
    for name in ("clips/1.clip", "backups/coughd-1Z.sqlite3"):
        (disk / name).parent.mkdir(exist_ok=True)
        (disk / name).touch()
        (disk / "data" / name).parent.rmdir()
        (disk / "data" / name).parent.symlink_to((disk / name).parent)
    (disk / "data/coughd.sqlite3").symlink_to(disk / "large.db")
    (disk / "data/strange").symlink_to(disk / "strange")
    for name in ("bed.wav", "secret.yaml"):
        (tmp_path / name).symlink_to(disk / name)
    settings = Settings(
        sources=(SourceSettings("bed", "microphone", record_path=tmp_path / "bed.wav"),),
        store=StoreSettings(data_dir=tmp_path / "home"),
    )
    where = places_of(tmp_path, settings)
    taken = take_inventory(settings, where, tmp_path / "secret.yaml")
    assert {str(file.path.relative_to(disk)): file.kind for file in taken.files} == {
        "large.db": "store",
        "large.db-wal": "store",
        "bed.wav": "recording",
        "secret.yaml": "configuration",
        "clips/1.clip": "clip",
        "backups/coughd-1Z.sqlite3": "copy",
        "data/coughd.ballast": "ballast",
        "data/notes": "unknown",
        "data/strange": "unknown",  # nobody knows whose that is: it is named, not entered
    }


def test_a_link_is_judged_by_what_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "real.yaml").touch(0o600)
    (tmp_path / "config.yaml").symlink_to("real.yaml")
    settings = Settings()
    (found,) = take_inventory(
        settings, places_of(tmp_path, settings), tmp_path / "config.yaml"
    ).files
    assert found.access.mode == 0o600


def test_clips_are_known_wherever_the_store_is(tmp_path: Path) -> None:
    files = {
        "data/clips/1.clip": "clip",
        "data/clips/.2.clip.new": "clip",  # half of it, and the daemon was killed
        "data/clips/key.check": "clip_check",  # no sound
        "data/handed-in/1.json": "handed_in",
        "data/models/hear/1/weights": "model",
    }
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    settings = Settings(store=StoreSettings(url=f"sqlite:///{tmp_path}/elsewhere/c.db"))
    assert kinds(tmp_path, settings) == files
