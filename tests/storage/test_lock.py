"""One daemon per data directory, whatever becomes of the first."""

from __future__ import annotations

import fcntl
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from patience import PATIENCE_S

from coughd.config.errors import AlreadyRunningError, StorageError
from coughd.storage.lock import LOCK_NAME, InstanceLock, lock_store

HOLDER = """
import pathlib, sys
from coughd.storage.lock import InstanceLock
with InstanceLock(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_the_second_is_told_the_pid_of_the_first(tmp_path: Path) -> None:
    with (
        InstanceLock(tmp_path / "data"),
        pytest.raises(AlreadyRunningError, match=rf"pid {os.getpid()}\)"),
    ):
        InstanceLock(tmp_path / "data")


def test_who_only_asks_for_the_holder_keeps_nobody_out(tmp_path: Path) -> None:
    InstanceLock(tmp_path).close()
    asker = os.open(tmp_path / LOCK_NAME, os.O_RDONLY)
    fcntl.flock(asker, fcntl.LOCK_SH)
    rests: list[float] = []

    def rest(rest_s: float) -> None:
        rests.append(rest_s)
        if len(rests) == 3:
            os.close(asker)

    with InstanceLock(tmp_path, rest):
        assert len(rests) == 3


def test_it_is_free_again_after_closing(tmp_path: Path) -> None:
    first = InstanceLock(tmp_path)
    first.close()
    first.close()
    with InstanceLock(tmp_path):
        assert (tmp_path / LOCK_NAME).read_text().split() == [str(os.getpid())]


def test_the_kernel_frees_it_when_its_holder_is_killed(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(AlreadyRunningError, match=str(holder.pid)):
            InstanceLock(tmp_path)
        holder.send_signal(signal.SIGKILL)
        holder.wait(timeout=PATIENCE_S)
    with InstanceLock(tmp_path):
        pass


def test_the_files_are_private(tmp_path: Path) -> None:
    with InstanceLock(tmp_path / "data"):
        assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700
        assert stat.S_IMODE((tmp_path / "data" / LOCK_NAME).stat().st_mode) == 0o600


def test_a_data_directory_that_cannot_be_made_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match=r"store\.data_dir"):
        InstanceLock(tmp_path / "file")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_what_root_makes_does_not_keep_the_service_out(tmp_path: Path) -> None:
    os.chown(tmp_path, 54_321, 54_321)
    InstanceLock(tmp_path).close()
    assert (tmp_path / LOCK_NAME).stat().st_uid == 54_321


def test_two_data_directories_do_not_share_a_store(tmp_path: Path) -> None:
    store = tmp_path / "disk" / "coughs.sqlite3"
    store.parent.mkdir()
    with lock_store(tmp_path / "one", store):
        sentence = (
            rf"^{store}: another coughd \(pid {os.getpid()}\) uses this store; .* store\.url$"
        )
        with pytest.raises(AlreadyRunningError, match=sentence):
            lock_store(tmp_path / "other", f"sqlite:///{store}").__enter__()
        with lock_store(tmp_path / "third", store.with_name("others.sqlite3")):
            pass
    with lock_store(tmp_path / "other", store):
        pass


def test_nobody_else_has_the_store_in_a_data_directory(tmp_path: Path) -> None:
    store = tmp_path / "one" / "coughd.sqlite3"
    with (
        lock_store(tmp_path / "one", store),
        pytest.raises(AlreadyRunningError, match="uses this data directory"),
    ):
        lock_store(tmp_path / "other", store).__enter__()
    assert sorted(path.name for path in (tmp_path / "one").iterdir()) == [LOCK_NAME]
