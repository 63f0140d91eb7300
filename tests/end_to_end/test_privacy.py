"""`coughd privacy` of a running daemon, compared with what the operating system says."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import sqlite3
import stat
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import soundfile
from command_line import Said, command, coughd, environment
from patience import until
from pulse import pulse_server, skip_unless_available

from coughd.detectors.ports import SAMPLE_RATE_HZ
from coughd.detectors.synthesis import bundled_scene

_FILE = {"id": "bed", "kind": "file", "path": "sound.wav", "loop": True}
_MICROPHONE = {"id": "bed", "kind": "microphone", "sample_rate_hz": 48_000}


def write_config(folder: Path, source: Mapping[str, object], **stream: str) -> Path:
    (folder / "run").mkdir(mode=0o700)
    config = folder / "config.yaml"
    sockets = {
        "publish": f"ipc://{folder}/run/events.sock",
        "replay": f"ipc://{folder}/run/replay.sock",
    }
    config.write_text(
        json.dumps(
            {
                "config_version": 1,
                "sources": [source],
                "store": {"data_dir": "data"},
                "stream": {**sockets, **stream},
            }
        )
    )
    return config


@contextmanager
def daemon(config: Path, sound: Mapping[str, str] | None = None) -> Iterator[int]:
    """A real one that hears something; gives its process number."""
    others = {key: value for key, value in (sound or {}).items() if key != "PATH"}
    with subprocess.Popen(
        command("run", "--config", config),
        stderr=subprocess.PIPE,
        text=True,
        env=environment(others=others),
        umask=0o022,
    ) as process:
        try:
            assert process.stderr is not None
            said = []
            for line in process.stderr:
                said.append(line)
                if " is up " in line:
                    break
            else:
                pytest.fail("".join(said))
            yield process.pid
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate()


@pytest.fixture
def folder() -> Iterator[Path]:
    """With sound in it. Not pytest's folder, which other users never may enter."""
    with tempfile.TemporaryDirectory(prefix="privacy-") as name:
        sound = bundled_scene().samples[: 4 * SAMPLE_RATE_HZ]
        soundfile.write(Path(name) / "sound.wav", sound, SAMPLE_RATE_HZ)
        yield Path(name)


@contextmanager
def listening(folder: Path, kind: str) -> Iterator[tuple[Path, int]]:
    if kind == "file":
        config = write_config(folder, _FILE)
        with daemon(config) as pid:
            yield config, pid
    else:
        skip_unless_available()
        config = write_config(folder, _MICROPHONE)
        with pulse_server(48_000) as server, daemon(config, server.environ) as pid:
            yield config, pid


def family(pid: int) -> set[int]:
    """A process and its children, as the kernel lists them by their threads."""
    lists = Path(f"/proc/{pid}/task").glob("*/children")
    children = {int(child) for each in lists for child in each.read_text().split()}
    return {pid}.union(*(family(child) for child in children))


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


def reported(config: Path, exit_code: int = 0) -> dict[str, Any]:
    said = coughd("privacy", "--json", "--config", config)
    assert (said.exit_code, said.complaints) == (exit_code, ""), "\n".join(said.lines)
    document = json.loads("\n".join(said.lines))
    assert isinstance(document, dict)
    return document


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


def test_what_is_opened_wider_is_said(folder: Path) -> None:
    """Each promise is broken by something that was configured or done."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    config = write_config(folder, _FILE, publish=f"tcp://127.0.0.1:{port}")
    recorded = {**_MICROPHONE, "record_path": "bed.wav"}
    with daemon(config):
        (folder / "data/coughd.sqlite3").chmod(0o644)
        (folder / "data").chmod(0o755)
        folder.chmod(0o755)
        wide = reported(config, 1)
    (folder / "run").rmdir()
    write_config(folder, recorded)
    soundfile.write(folder / "bed.wav", bundled_scene().samples[:100], SAMPLE_RATE_HZ)
    kept = reported(config, 1)
    sentences = [reason["sentence"] for reason in promise(wide, "private")["reasons"]]
    assert any(f"{folder}/data/coughd.sqlite3: everyone can read it" in one for one in sentences)
    assert any(f"127.0.0.1:{port}" in one for one in sentences)
    assert promise(wide, "this_machine_only")["holds"] is True
    (reason,) = promise(kept, "no_sound_stored")["reasons"]
    assert f"{folder}/bed.wav" in reason["sentence"]


def test_what_is_let_in_by_key_and_kept_as_clips_is_told(folder: Path) -> None:
    """The port says itself that it asks for a key; sound that is kept is a broken promise."""
    ports = []
    for _ in range(2):
        with socket.create_server(("127.0.0.1", 0)) as free:
            ports.append(free.getsockname()[1])
    assert coughd("clips", "new-key", folder / "clips.key").exit_code == 0
    config = write_config(folder, _FILE, publish=f"tcp://127.0.0.1:{ports[0]}")
    more = json.loads(config.read_text())
    more["stream"] |= {"replay": f"tcp://127.0.0.1:{ports[1]}", "curve": True}
    more["clips"] = {"keep": True, "key_file": str(folder / "clips.key")}
    config.write_text(json.dumps(more))
    assert coughd("keys", "new", "alice", "-o", folder / "a.key", "-c", config).exit_code == 0
    with daemon(config):
        until(lambda: list((folder / "data" / "clips").glob("*.clip")))
        document = reported(config, 1)
        asked = coughd("status", "--json", "-c", config)
    assert asked.exit_code == 0
    sockets = [each for process in document["processes"] for each in process["sockets"]]
    keyed = {each["local"] for each in sockets if each["asks_for_key"]}
    assert keyed == {f"127.0.0.1:{port}" for port in ports}
    assert promise(document, "this_machine_only")["holds"] is True
    assert promise(document, "private")["holds"] is True
    (reason,) = promise(document, "no_sound_stored")["reasons"]
    assert "clips of counted coughs, encrypted" in reason["sentence"]
    kinds = {file["path"]: (file["kind"], file["mode"]) for file in document["files"]}
    assert kinds[f"{folder}/data/keys/clients.json"] == ("key", "0600")
    assert kinds[f"{folder}/clips.key"] == ("key", "0600")
    clips = [mode for kind, mode in kinds.values() if kind == "clip"]
    assert set(clips) == {"0600"}
    assert coughd("privacy", "--purge", "--yes", "-c", config).exit_code == 0
    assert list((folder / "data" / "clips").iterdir()) == []
    assert (folder / "data" / "keys" / "clients.json").exists()


def promise(document: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = (each for each in document["promises"] if each["name"] == name)
    assert isinstance(found, dict)
    return found


def test_the_page_for_people_says_it_all(folder: Path) -> None:
    with listening(folder, "file") as (config, pid):
        said = coughd("privacy", "--config", config)
    assert (said.exit_code, said.complaints) == (0, "")
    assert [line.split()[0] for line in said.lines[:3]] == ["holds"] * 3
    text = "\n".join(said.lines)
    for words in (f"{pid} main", "events.sock (unix, listening", "0600", "coughd.sqlite3-wal"):
        assert words in text
    assert "512 numbers" in text


def test_a_purge_needs_a_yes_and_a_stopped_daemon(folder: Path) -> None:
    with listening(folder, "file") as (config, _):
        running = coughd("privacy", "--purge", "--yes", "--config", config)
    before = sorted((folder / "data").iterdir())
    unasked = coughd("privacy", "--purge", "--config", config)
    assert sorted((folder / "data").iterdir()) == before
    done = coughd("privacy", "--purge", "--yes", "--config", config)
    assert sentence(running, os.EX_TEMPFAIL).endswith("choose another store.data_dir")
    assert "--yes" in sentence(unasked, os.EX_USAGE)
    assert (done.exit_code, done.complaints) == (0, "")
    assert [path.name for path in (folder / "data").iterdir()] == ["coughd.lock"]
    assert (folder / "sound.wav").exists()
    assert f"deleted {folder}/data/coughd.sqlite3" in done.lines
    again = coughd("privacy", "--purge", "--yes", "--json", "--config", config)
    assert json.loads(again.lines[0]) == {"deleted": [], "left": []}


def sentence(said: Said, exit_code: int) -> str:
    assert (said.exit_code, said.lines) == (exit_code, [])
    (one,) = said.complaints.splitlines()
    return one
