from __future__ import annotations

import os
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
import zmq

from coughd.config.errors import AlreadyRunningError, ConfigError
from coughd.daemon.stream.address import Admission, bind_local


@pytest.fixture
def context() -> Iterator[zmq.Context[zmq.Socket[bytes]]]:
    with zmq.Context() as context:
        yield context


@pytest.fixture
def endpoint(context: zmq.Context[zmq.Socket[bytes]]) -> Iterator[zmq.Socket[bytes]]:
    with context.socket(zmq.PUB) as endpoint:
        yield endpoint


@pytest.mark.parametrize(
    ("admission", "mode"),
    [(Admission(), 0o600), (Admission(group_may_listen=True), 0o660)],
)
def test_the_socket_is_for_the_owner_or_a_group_in_a_folder_of_the_owner(
    endpoint: zmq.Socket[bytes], tmp_path: Path, admission: Admission, mode: int
) -> None:
    path = tmp_path / "run" / "events.sock"
    bind_local(endpoint, f"ipc://{path}", admission)
    assert stat.S_IMODE(path.stat().st_mode) == mode
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to be let into any group")
def test_the_socket_goes_to_the_named_group(endpoint: zmq.Socket[bytes], tmp_path: Path) -> None:
    path = tmp_path / "events.sock"
    bind_local(endpoint, f"ipc://{path}", Admission(group_may_listen=True, group="daemon"))
    assert path.group() == "daemon"
    assert stat.S_IMODE(path.stat().st_mode) == 0o660


def test_no_group_is_let_in_before_it_is_the_right_one(
    endpoint: zmq.Socket[bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "events.sock"
    before: list[int] = []
    monkeypatch.setattr(os, "chown", lambda *_: before.append(path.stat().st_mode & 0o020))
    bind_local(endpoint, f"ipc://{path}", Admission(group_may_listen=True, group="root"))
    assert before == [0]
    assert stat.S_IMODE(path.stat().st_mode) == 0o660


def test_a_group_that_is_none_is_said(endpoint: zmq.Socket[bytes], tmp_path: Path) -> None:
    admission = Admission(group_may_listen=True, group="no-such-group")
    with pytest.raises(ConfigError, match=r"cannot be given to the group no-such-group"):
        bind_local(endpoint, f"ipc://{tmp_path}/events.sock", admission)
    assert not (tmp_path / "events.sock").exists()


def test_a_dead_daemons_socket_is_replaced(endpoint: zmq.Socket[bytes], tmp_path: Path) -> None:
    path = tmp_path / "events.sock"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(os.fspath(path))
    bind_local(endpoint, f"ipc://{path}")
    assert path.is_socket()


def test_a_living_listener_is_not_robbed(
    context: zmq.Context[zmq.Socket[bytes]], endpoint: zmq.Socket[bytes], tmp_path: Path
) -> None:
    address = f"ipc://{tmp_path}/events.sock"
    bind_local(endpoint, address)
    with (
        context.socket(zmq.ROUTER) as second,
        pytest.raises(AlreadyRunningError, match="another process listens"),
    ):
        bind_local(second, address)


def test_a_listener_that_is_busy_is_not_robbed(endpoint: zmq.Socket[bytes], tmp_path: Path) -> None:
    path = tmp_path / "events.sock"
    with socket.socket(socket.AF_UNIX) as busy, socket.socket(socket.AF_UNIX) as waits:
        busy.bind(os.fspath(path))
        busy.listen(0)
        waits.connect(os.fspath(path))
        with pytest.raises(AlreadyRunningError, match="another process listens"):
            bind_local(endpoint, f"ipc://{path}")


def test_an_ordinary_file_is_not_destroyed(endpoint: zmq.Socket[bytes], tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("precious")
    with pytest.raises(ConfigError, match="is not a socket"):
        bind_local(endpoint, f"ipc://{path}")
    assert path.read_text() == "precious"


def test_a_used_port_is_said(endpoint: zmq.Socket[bytes]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(AlreadyRunningError, match="another process listens"):
            bind_local(endpoint, f"tcp://127.0.0.1:{port}")


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("tcp://0.0.0.0:5555", "lies off this machine's loopback"),
        ("tcp://*:5555", "lies off this machine's loopback"),
        ("tcp://192.168.1.7:5555", "lies off this machine's loopback"),
        ("tcp://127.0.0.1:99999", "cannot listen at"),
        ("tcp://127.0.0.1", "cannot listen at"),
        ("udp://127.0.0.1:5", "cannot listen at"),
        ("", "cannot listen at"),
        ("ipc://@coughd", "absolute path"),
        ("ipc://*", "absolute path"),
        ("ipc://events.sock", "absolute path"),
        ("ipc:///" + "x" * 107, "longer than 107 bytes"),
        ("ipc:///" + "é" * 60, "longer than 107 bytes"),
        ("ipc:///proc/coughd/events.sock", "cannot be used"),
    ],
)
def test_what_cannot_be_listened_on_is_said(
    endpoint: zmq.Socket[bytes], address: str, sentence: str
) -> None:
    with pytest.raises(ConfigError, match=sentence):
        bind_local(endpoint, address)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to make another user's folder")
def test_another_users_folder_is_refused(endpoint: zmq.Socket[bytes], tmp_path: Path) -> None:
    folder = tmp_path / "theirs"
    folder.mkdir()
    os.chown(folder, 12345, 12345)
    with pytest.raises(ConfigError, match="belongs to another user"):
        bind_local(endpoint, f"ipc://{folder}/events.sock")


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to make another user's link")
def test_a_folder_that_another_users_link_leads_to_is_refused(
    endpoint: zmq.Socket[bytes], tmp_path: Path
) -> None:
    (tmp_path / "ours").mkdir()
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "ours")
    os.chown(link, 12345, 12345, follow_symlinks=False)
    with pytest.raises(ConfigError, match="belongs to another user"):
        bind_local(endpoint, f"ipc://{link}/events.sock")


def test_a_folder_in_which_everybody_may_replace_our_socket_is_refused(
    endpoint: zmq.Socket[bytes], tmp_path: Path
) -> None:
    folder = tmp_path / "everybodys"
    folder.mkdir()
    folder.chmod(0o777)
    with pytest.raises(ConfigError, match="every user of this machine may write into"):
        bind_local(endpoint, f"ipc://{folder}/events.sock")
    bind_local(endpoint, f"ipc://{folder}/coughd/events.sock")


def test_a_folder_like_tmp_is_taken(endpoint: zmq.Socket[bytes], tmp_path: Path) -> None:
    tmp_path.chmod(0o1777)
    bind_local(endpoint, f"ipc://{tmp_path}/events.sock")
