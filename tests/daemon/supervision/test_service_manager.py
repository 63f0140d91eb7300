from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from coughd.daemon.supervision.service_manager import ServiceManager


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.bind(str(tmp_path / "notify"))
        channel.settimeout(5)
        yield channel


def told(inbox: socket.socket) -> str:
    return inbox.recv(4096).decode()


def test_every_word_is_one_datagram(inbox: socket.socket) -> None:
    manager = ServiceManager({"NOTIFY_SOCKET": inbox.getsockname()})
    manager.ready()
    manager.status("hears 1 of 2 sources")
    manager.alive()
    manager.reloading()
    manager.stopping()
    assert ["READY=1", "STATUS=hears 1 of 2 sources", "WATCHDOG=1"] == [
        told(inbox) for _ in range(3)
    ]
    reloading = told(inbox).splitlines()
    assert "RELOADING=1" == reloading[0]
    assert reloading[1].removeprefix("MONOTONIC_USEC=").isdecimal()
    assert "STOPPING=1" == told(inbox)


def test_a_stop_that_still_writes_is_given_more_time(inbox: socket.socket) -> None:
    manager = ServiceManager({"NOTIFY_SOCKET": inbox.getsockname()})
    manager.stored()
    manager.stopping()
    manager.stopping()
    manager.stored()
    assert ["STOPPING=1", "EXTEND_TIMEOUT_USEC=10000000"] == [told(inbox) for _ in range(2)]


def test_an_abstract_socket_is_spoken_to() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.bind("")  # the kernel chooses a free abstract name
        name = channel.getsockname()
        channel.settimeout(5)
        ServiceManager({"NOTIFY_SOCKET": "@" + name[1:].decode()}).ready()
        assert "READY=1" == told(channel)


def test_without_a_manager_nothing_happens() -> None:
    ServiceManager({}).ready()


def test_a_manager_that_has_gone_is_logged_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger("coughd"), "propagate", True)
    manager = ServiceManager({"NOTIFY_SOCKET": str(tmp_path / "nobody")})
    manager.ready()
    manager.alive()
    assert 1 == len(caplog.records)
