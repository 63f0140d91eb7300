"""What a daemon and its children hold open; one that breaks every promise is seen through."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import another_user
import indiscreet
import pytest

from coughd.config.paths import Paths
from coughd.config.places import STORE_FILE, Places, find_places
from coughd.config.settings import Settings, StoreSettings, StreamSettings
from coughd.daemon.privacy import looking
from coughd.daemon.privacy.looking import look
from coughd.daemon.privacy.processes import daemon_processes
from coughd.storage.lock import LOCK_NAME, InstanceLock
from coughd.storage.records import Origin
from coughd.storage.store import EventStore


@dataclass(frozen=True, slots=True)
class Indiscreet:
    pid: int
    network_port: int
    local_port: int
    child_pid: int


@contextmanager
def indiscreet_daemon(data_dir: Path) -> Iterator[Indiscreet]:
    data_dir.mkdir()
    process = subprocess.Popen(
        [sys.executable, indiscreet.__file__, str(data_dir)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        network_port, local_port, child_pid = map(int, process.stdout.readline().split())
        yield Indiscreet(process.pid, network_port, local_port, child_pid)
        assert process.stdin is not None
        process.stdin.close()


@pytest.fixture
def data_dir(tmp_path: Path) -> Path:
    return tmp_path / "data"


def configured(data_dir: Path) -> tuple[Settings, Places, Path]:
    folder = data_dir.parent
    settings = Settings(
        store=StoreSettings(data_dir=data_dir),
        stream=StreamSettings(publish=f"ipc://{folder}/e", replay=f"ipc://{folder}/r"),
    )
    paths = Paths(folder / "config.yaml", data_dir, folder / "run", folder / "cache")
    return settings, find_places(settings, paths), paths.config_file


def test_nobody_runs_without_a_lock_or_with_a_forgotten_one(data_dir: Path) -> None:
    assert daemon_processes(data_dir) == []
    with InstanceLock(data_dir):
        pass
    assert (data_dir / "coughd.lock").exists()
    assert daemon_processes(data_dir) == []


def test_a_daemon_that_is_not_to_be_seen_from_here_is_not_none(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as one in a container, with processes of its own."""
    monkeypatch.setattr(looking, "daemon_processes", lambda _: [])
    with InstanceLock(data_dir):
        report = look(*configured(data_dir))
    assert [promise.holds for promise in report.promises] == [None, None, None]
    assert "no such process is to be seen from here" in report.hidden[0]
    assert not look(*configured(data_dir)).hidden


def test_the_holder_of_the_lock_is_the_daemon_whoever_it_says_it_is(data_dir: Path) -> None:
    with indiscreet_daemon(data_dir) as liar:
        (data_dir / "coughd.lock").write_text("1\n")
        found = daemon_processes(data_dir)
        assert {process.pid for process in found} == {liar.pid, liar.child_pid}
    assert daemon_processes(data_dir) == []


def test_every_broken_promise_is_named(data_dir: Path) -> None:
    with indiscreet_daemon(data_dir) as liar:
        report = look(*configured(data_dir))
        main, child = sorted(report.processes, key=lambda each: each.pid != liar.pid)
    assert main.role == "main"
    assert child.role not in {"main", "capture", "embedder"}
    sound, beyond, private = report.promises
    sentences = {each: " ".join(r.sentence for r in each.reasons) for each in report.promises}
    assert f"writes sound to {data_dir}/gone (deleted)" in sentences[sound]
    assert f"{data_dir.parent}/raw" in sentences[sound]
    assert "a crash would write its memory" in sentences[sound]
    assert f"0.0.0.0:{liar.network_port}" in sentences[beyond]
    assert str(liar.local_port) not in sentences[beyond]
    assert f"127.0.0.1:{liar.local_port}" in sentences[private]
    assert f"@{data_dir}" in sentences[private]
    assert {promise.holds for promise in report.promises} == {False}


def test_without_a_daemon_or_a_file_all_holds(data_dir: Path) -> None:
    report = look(*configured(data_dir))
    assert [promise.holds for promise in report.promises] == [True] * 3
    assert (report.processes, report.files, report.tables) == ((), (), ())


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
@pytest.mark.parametrize("mode", [0o700, 0o755])
def test_what_this_user_may_not_see_is_unproved(mode: int) -> None:
    """The folder is closed, or it is open and the daemon is another user's."""
    with tempfile.TemporaryDirectory(prefix="privacy-") as name:
        data_dir = Path(name) / "data"
        Path(name).chmod(0o755)
        make_store(data_dir / STORE_FILE)
        with InstanceLock(data_dir):
            (data_dir / LOCK_NAME).chmod(0o644 if mode == 0o755 else 0o600)
            data_dir.chmod(mode)
            done = subprocess.run(
                [sys.executable, another_user.__file__, str(data_dir)],
                capture_output=True,
                check=True,
            )
    report = json.loads(done.stdout)
    assert [promise["holds"] for promise in report["promises"]] == [None] * 3
    # Here the daemon is this test, and who looks is its child, whom it may see.
    hidden = [each["hidden"] for each in report["processes"] if each["hidden"]]
    said = [*report["not_seen"], *hidden]
    assert any("again as root" in sentence for sentence in said), said
    assert report["tables"] == []
    # Children of other tests, such as multiprocessing's tracker, are this process's too.
    assert bool(hidden) == (mode == 0o755)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_the_number_that_a_daemon_left_behind_is_no_daemon() -> None:
    """By now it may be that of any process, and this user may not look into it."""
    with tempfile.TemporaryDirectory(prefix="privacy-") as name:
        data_dir = Path(name) / "data"
        InstanceLock(data_dir).close()
        for path, mode in ((Path(name), 0o755), (data_dir, 0o755), (data_dir / LOCK_NAME, 0o644)):
            path.chmod(mode)
        assert (data_dir / LOCK_NAME).read_text().split() == [str(os.getpid())]
        done = subprocess.run(
            [sys.executable, another_user.__file__, str(data_dir)], capture_output=True, check=True
        )
    assert json.loads(done.stdout)["processes"] == []


def make_store(path: Path) -> None:
    EventStore.open(path, Origin("home", "pi", "boot", "UTC", "c0"), lambda: 0).close()
