"""What `coughd doctor` says of a daemon that this user can see, cannot see, or may only ask."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from coughd.config.places import Places
from coughd.daemon.stream.listening import may_ask
from coughd.daemon.supervision import daemon_checkup
from coughd.daemon.supervision.daemon_checkup import check_daemon, check_sockets
from coughd.storage.lock import LOCK_NAME, is_holder_hidden

_STRANGER = 54_321


@contextmanager
def listening(folder: Path) -> Iterator[Places]:
    """A daemon's places, with two sockets that somebody answers at."""
    paths = folder / "e.sock", folder / "r.sock"
    publish, replay = (f"ipc://{path}" for path in paths)
    with socket.socket(socket.AF_UNIX) as first, socket.socket(socket.AF_UNIX) as second:
        for each, path in zip((first, second), paths, strict=True):
            each.bind(str(path))
            each.listen()
        yield Places(folder, folder / "store", publish, replay, folder)


def states(places: Places, pid: str | None) -> list[str]:
    said = [check_daemon(places.data_dir, pid), *check_sockets(places, pid)]
    return [one.state for one in said]


def test_a_daemon_that_runs_answers(tmp_path: Path) -> None:
    with listening(tmp_path) as places:
        assert states(places, "12") == ["ok", "ok", "ok"]
        assert states(places, None) == ["ok", "fault", "fault"]  # another daemon's


def test_who_may_only_ask_is_told_that_it_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of the sockets' group: the folder of the data is closed to them."""
    monkeypatch.setattr(daemon_checkup, "is_holder_hidden", lambda _: True)
    with listening(tmp_path) as places:
        assert states(places, None) == ["warning", "ok", "ok"]
        assert all("answers" in one.evidence for one in check_sockets(places, None))


def test_a_socket_that_may_not_be_opened_is_not_called_deserted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(daemon_checkup, "is_holder_hidden", lambda _: True)
    monkeypatch.setattr(daemon_checkup, "may_ask", lambda _: False)
    with listening(tmp_path) as places:
        assert states(places, None) == ["warning", "warning", "warning"]


def by_somebody_else(ask: Callable[[], bool]) -> bool:
    """Ask in a process of its own, which stays that user."""
    pid = os.fork()
    if pid == 0:
        os.setgroups([])
        os.setgid(_STRANGER)
        os.setuid(_STRANGER)
        os._exit(int(ask()))
    return bool(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_the_kernel_says_who_may_see(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    assert not is_holder_hidden(tmp_path)  # nothing is there to be held
    (tmp_path / LOCK_NAME).touch(mode=0o600)
    assert not is_holder_hidden(tmp_path)
    assert by_somebody_else(lambda: is_holder_hidden(tmp_path))
    with listening(tmp_path) as places:
        assert may_ask(places.replay)
        assert may_ask(f"ipc://{tmp_path}/not-yet.sock")
        assert not by_somebody_else(lambda: may_ask(places.replay))
        assert by_somebody_else(lambda: may_ask("tcp://127.0.0.1:5571"))
