"""The kernel's tables of sockets, `/proc/PID/net/*`: who listens, who is connected, and where."""

from __future__ import annotations

import ipaddress
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

State: TypeAlias = Literal["listening", "connected", "bound"]

_INET = ("tcp", "tcp6", "udp", "udp6", "udplite", "udplite6", "raw", "raw6")
_TCP_LISTEN = 0x0A
_UNIX_LISTENS = 0x10000  # __SO_ACCEPTCON
_UNIX_CONNECTED = 0x03


@dataclass(frozen=True, slots=True)
class Socket:
    """One socket of one network namespace."""

    kind: str
    """As the table is called: tcp, udp6, unix, netlink ...; `other` where no table has it."""
    state: State
    inode: int
    local: str
    """`127.0.0.1:5570`, a path, `@name` of an abstract one, or empty for one without a name."""
    remote: str = ""
    beyond_machine: bool = False
    """Listens to, or talks with, other than the loopback; a listener at [::] does too."""


def read_sockets(net: Path) -> dict[int, Socket]:
    """Read all tables below a `net` folder, by inode; a kernel may lack some. OSError."""
    found = {}
    for kind in _INET:
        for line in _lines(net / kind):
            socket = _inet(kind, line)
            found[socket.inode] = socket
    for line in _lines(net / "unix"):
        socket = _unix(line)
        found[socket.inode] = socket
    for kind, column in (("netlink", 9), ("packet", 8)):
        for line in _lines(net / kind):
            inode = int(line.split()[column])
            found[inode] = Socket(kind, "bound", inode, "", beyond_machine=kind == "packet")
    return found


def _lines(table: Path) -> Iterator[str]:
    if table.exists():
        yield from table.read_text(encoding="utf-8", errors="surrogateescape").splitlines()[1:]


def _inet(kind: str, line: str) -> Socket:
    _, local, remote, state, *rest = line.split()
    host, port = _address(local)
    far_host, far_port = _address(remote)
    connected = far_port != 0
    listening = kind.startswith("tcp") and int(state, 16) == _TCP_LISTEN
    reached = far_host if connected else host
    return Socket(
        kind=kind,
        state="listening" if listening else "connected" if connected else "bound",
        inode=int(rest[5]),
        local=_shown(host, port),
        remote=_shown(far_host, far_port) if connected else "",
        beyond_machine=not _is_loopback(reached),
    )


def _unix(line: str) -> Socket:
    words = line.split(maxsplit=7)
    listening = int(words[3], 16) & _UNIX_LISTENS
    connected = int(words[5], 16) == _UNIX_CONNECTED
    return Socket(
        kind="unix",
        state="listening" if listening else "connected" if connected else "bound",
        inode=int(words[6]),
        local=words[7] if len(words) > 7 else "",
    )


_Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address


def _address(text: str) -> tuple[_Address, int]:
    """Read `0100007F:15C2`: 32-bit words, each as this machine stores it."""
    host, _, port = text.partition(":")
    words = [int(host[start : start + 8], 16) for start in range(0, len(host), 8)]
    raw = b"".join(word.to_bytes(4, sys.byteorder) for word in words)
    return ipaddress.ip_address(raw), int(port, 16)


def _shown(host: _Address, port: int) -> str:
    return f"[{host}]:{port}" if host.version == 6 else f"{host}:{port}"


def _is_loopback(host: _Address) -> bool:
    mapped = host.ipv4_mapped if isinstance(host, ipaddress.IPv6Address) else None
    return (mapped or host).is_loopback
