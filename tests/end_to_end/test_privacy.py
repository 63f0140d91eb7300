"""`coughd privacy` of a running daemon, compared with what the operating system says."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import subprocess
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from children import children_of
from command_line import coughd
from private_daemon import folder_with_sound, listening, reported


@pytest.fixture
def folder() -> Iterator[Path]:
    with folder_with_sound() as made:
        yield made


def family(pid: int) -> set[int]:
    """A process, its children and theirs."""
    return {pid}.union(*(family(child) for child in children_of(pid)))


@dataclass(frozen=True, slots=True)
class Held:
    """What the processes hold open, by pid."""

    files: frozenset[tuple[int, int, int]]
    sockets: frozenset[tuple[int, int]]


def held(pids: set[int]) -> Held:
    files, sockets = set(), set()
    for pid in pids:
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            try:
                status = descriptor.stat()
            except FileNotFoundError:
                continue
            if stat.S_ISREG(status.st_mode):
                files.add((pid, status.st_dev, status.st_ino))
            elif stat.S_ISSOCK(status.st_mode):
                sockets.add((pid, status.st_ino))
    return Held(frozenset(files), frozenset(sockets))


def told(document: dict[str, Any]) -> Held:
    processes = document["processes"]
    return Held(
        frozenset(
            (process["pid"], file["device"], file["inode"])
            for process in processes
            for file in process["files"]
            if file["form"] != "special"
        ),
        frozenset(
            (process["pid"], each["inode"]) for process in processes for each in process["sockets"]
        ),
    )


@pytest.mark.parametrize("kind", ["file", "microphone"])
def test_what_is_open_is_what_the_kernel_says(kind: str, folder: Path) -> None:
    with listening(folder, kind) as (config, pid):
        before, pids = held(family(pid)), family(pid)
        document = reported(config)
        after = held(family(pid))
        listeners = paths_that_listen(pids)
    assert {process["pid"] for process in document["processes"]} == pids
    roles = sorted(process["role"] for process in document["processes"])
    assert roles == (["main"] if kind == "file" else ["capture", "main"])
    seen = told(document)
    # What is opened and closed meanwhile may be seen or not.
    assert before.files & after.files <= seen.files <= before.files | after.files
    assert before.sockets & after.sockets <= seen.sockets <= before.sockets | after.sockets
    assert len(seen.files) >= 3
    assert document["holds"] is True
    sockets = [each for process in document["processes"] for each in process["sockets"]]
    assert {each["local"] for each in sockets if each["state"] == "listening"} == listeners
    assert listeners == {f"{folder}/run/events.sock", f"{folder}/run/replay.sock"}
    assert {each["kind"] for each in sockets} == {"unix"}


def paths_that_listen(pids: set[int]) -> set[str]:
    """As ss tells, which asks the kernel by another way than /proc."""
    if shutil.which("ss") is None:
        (pytest.fail if "CI" in os.environ else pytest.skip)("needs ss (iproute2)")
    lines = subprocess.run(
        [
            "ss",
            "--no-header",
            "--listening",
            "--processes",
            "--numeric",
            "--tcp",
            "--udp",
            "--unix",
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    return {line.split()[4] for line in lines if any(f"pid={pid}," in line for pid in pids)}


def test_every_file_is_told_with_its_mode_and_is_private(folder: Path) -> None:
    with listening(folder, "file") as (config, pid):
        document = reported(config)
        there = {
            str(path): path.lstat()
            for root in ("data", "run")
            for path in (folder / root).rglob("*")
            if not path.is_dir()
        }
        folders = [stat.S_IMODE((folder / name).stat().st_mode) for name in ("data", "run")]
        status = Path(f"/proc/{pid}/status").read_text()
    found = {file["path"]: file for file in document["files"]}
    assert set(found) == {*there, str(config), str(folder / "sound.wav")}
    for path, facts in there.items():
        assert found[path]["mode"] == f"{stat.S_IMODE(facts.st_mode):04o}", path
        assert found[path]["mode"] == "0600", path
        assert found[path]["owner"] == Path(path).owner() if Path(path).exists() else True
    assert folders == [0o700, 0o700]
    assert "Umask:\t0077" in status
    assert "unknown" not in {file["kind"] for file in document["files"]}


def test_every_table_is_told_with_its_rows(folder: Path) -> None:
    with listening(folder, "file") as (config, _):
        pass
    document = reported(config)
    assert document["processes"] == []
    with closing(sqlite3.connect(folder / "data/coughd.sqlite3")) as connection:
        names = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        ).fetchall()
        there = {
            name: connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0]
            for (name,) in names
        }
    assert {table["name"]: table["rows"] for table in document["tables"]} == there


def test_the_page_for_people_says_it_all(folder: Path) -> None:
    with listening(folder, "file") as (config, pid):
        said = coughd("privacy", "--config", config)
    assert (said.exit_code, said.complaints) == (0, "")
    assert [line.split()[0] for line in said.lines[:3]] == ["holds"] * 3
    text = "\n".join(said.lines)
    for words in (f"{pid} main", "events.sock (unix, listening", "0600", "coughd.sqlite3-wal"):
        assert words in text
    assert "512 numbers" in text
