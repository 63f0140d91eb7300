"""The kernel's tables, read while this process holds sockets of every sort."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from coughd.daemon.privacy.net_tables import Socket, read_sockets

_OWN = Path("/proc/self/net")


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as opened:
        yield opened


def found(one: socket.socket) -> Socket:
    return read_sockets(_OWN)[os.fstat(one.fileno()).st_ino]


@pytest.mark.parametrize(
    ("host", "beyond"), [("127.0.0.1", False), ("0.0.0.0", True), ("::1", False), ("::", True)]
)
def test_a_listener_is_where_it_listens(stack: ExitStack, host: str, *, beyond: bool) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = stack.enter_context(socket.create_server((host, 0), family=family))
    except OSError as exc:
        pytest.skip(f"no {host} here: {exc}")
    seen = found(listener)
    port = listener.getsockname()[1]
    assert seen.local == (f"[{host}]:{port}" if ":" in host else f"{host}:{port}")
    assert (seen.state, seen.remote, seen.beyond_machine) == ("listening", "", beyond)


def test_both_ends_of_a_connection_are_told_with_the_other(stack: ExitStack) -> None:
    listener = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
    near = stack.enter_context(socket.create_connection(listener.getsockname()))
    far = stack.enter_context(listener.accept()[0])
    for one, other in ((near, far), (far, near)):
        host, port = other.getsockname()
        seen = found(one)
        assert (seen.state, seen.remote) == ("connected", f"{host}:{port}")
        assert not seen.beyond_machine


def test_a_connection_to_another_machine_is_beyond(tmp_path: Path) -> None:
    # 10.0.0.5:5432, connected from 192.168.1.2, as this machine's byte order prints them.
    words = [int.from_bytes(bytes(host), "little") for host in ((192, 168, 1, 2), (10, 0, 0, 5))]
    line = f"0: {words[0]:08X}:D431 {words[1]:08X}:1538 01 0:0 0:0 0 0 0 777 1"
    (tmp_path / "tcp").write_text(f"heading\n{line}\n")
    (seen,) = read_sockets(tmp_path).values()
    assert (seen.local, seen.remote) == ("192.168.1.2:54321", "10.0.0.5:5432")
    assert seen.beyond_machine


def test_a_mapped_loopback_is_the_loopback(tmp_path: Path) -> None:
    line = "0: 0000000000000000FFFF00000100007F:15C2 " + "0" * 32 + ":0000 0A 0 0 0 0 0 778 1"
    (tmp_path / "tcp6").write_text(f"heading\n{line}\n")
    (seen,) = read_sockets(tmp_path).values()
    assert (seen.local.rpartition(":")[2], seen.beyond_machine) == ("5570", False)


def test_datagrams_have_no_listening_state_but_a_place(stack: ExitStack) -> None:
    datagrams = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
    datagrams.bind(("0.0.0.0", 0))
    seen = found(datagrams)
    assert (seen.kind, seen.state, seen.beyond_machine) == ("udp", "bound", True)


def test_sockets_of_the_file_system_and_abstract_ones(stack: ExitStack, tmp_path: Path) -> None:
    named = str(tmp_path / "with a space")
    names = {named: named, f"\0{named}": f"@{named}"}
    for name, shown in names.items():
        listener = stack.enter_context(socket.socket(socket.AF_UNIX))
        listener.bind(name)
        listener.listen()
        seen = found(listener)
        assert (seen.kind, seen.state, seen.local) == ("unix", "listening", shown)


def test_a_pair_is_connected_and_has_no_name(stack: ExitStack) -> None:
    for end in socket.socketpair():
        stack.enter_context(end)
        assert (found(end).state, found(end).local) == ("connected", "")


def test_what_talks_with_the_kernel_alone(stack: ExitStack) -> None:
    netlink = stack.enter_context(socket.socket(socket.AF_NETLINK, socket.SOCK_RAW))
    netlink.bind((0, 0))
    assert (found(netlink).kind, found(netlink).beyond_machine) == ("netlink", False)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may listen to packets")
def test_who_listens_to_packets_hears_the_network(stack: ExitStack) -> None:
    packets = stack.enter_context(socket.socket(socket.AF_PACKET, socket.SOCK_RAW))
    assert (found(packets).kind, found(packets).beyond_machine) == ("packet", True)
