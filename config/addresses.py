"""Which ZeroMQ addresses the daemon may bind: files, the loopback, and others with keys."""

from __future__ import annotations

import ipaddress
import re

LONGEST_IPC_PATH_BYTES = 107
"""What fits into the kernel's `sockaddr_un`."""

_TCP = re.compile(r"(?P<host>\[[^\]]*\]|[^:\[\]]*):(?P<port>[0-9]{1,5})")


def refuse_address(address: str, *, curve: bool = False) -> str:
    """Say why an address cannot be bound; empty where it can.

    Off the loopback only with `curve`, since without it nothing encrypts or authenticates.
    """
    scheme, _, rest = address.partition("://")
    if scheme == "ipc":
        return _refuse_ipc(rest)
    if scheme == "tcp":
        return _refuse_tcp(rest, curve=curve)
    return "must begin with ipc:// or tcp://"


def refuse_far_address(address: str) -> str:
    """Say why nothing can be connected to at an address, on any machine; empty where it can."""
    scheme, _, rest = address.partition("://")
    match = _TCP.fullmatch(rest) if scheme == "tcp" else None
    if (scheme == "ipc" and rest) or (match and match["host"] and _is_port(match["port"])):
        return ""
    return "write ipc://PATH or tcp://HOST:PORT, such as tcp://pi.lan:5570"


def is_beyond_machine(address: str) -> bool:
    """Whether a `tcp://` address, bound or connected to, lies off this machine's loopback."""
    scheme, _, rest = address.partition("://")
    match = _TCP.fullmatch(rest) if scheme == "tcp" else None
    return match is not None and not _is_loopback(match["host"])


def from_this_machine(address: str) -> str:
    """Give the address by which a program on this machine reaches what is bound to `address`."""
    for anywhere, here in (("*", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("[::]", "[::1]")):  # noqa: S104 - read, not bound
        if address.startswith(f"tcp://{anywhere}:"):
            return address.replace(anywhere, here, 1)
    return address


def _refuse_ipc(path: str) -> str:
    if not path.startswith("/"):
        return "needs an absolute path, such as ipc:///run/coughd/events.sock"
    if len(path.encode()) > LONGEST_IPC_PATH_BYTES:
        return (
            f"the socket path is longer than {LONGEST_IPC_PATH_BYTES} bytes; choose a shorter one"
        )
    return ""


def _refuse_tcp(rest: str, *, curve: bool) -> str:
    match = _TCP.fullmatch(rest)
    if match is None or not _is_port(match["port"]):
        return "needs a host and a port from 1 to 65535, such as tcp://127.0.0.1:5570"
    if _is_loopback(match["host"]):
        return ""
    if not curve:
        return (
            "lies off this machine's loopback, where only holders of a key may listen: "
            "add stream.curve: true, or stay at 127.0.0.1"
        )
    if not _is_numeric(match["host"]):
        return "needs a number for a host, such as 192.168.1.7, [fd00::7] or * for all"
    return ""


def _is_port(digits: str) -> bool:
    return 1 <= int(digits) <= 65_535


def _is_numeric(host: str) -> bool:
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return host == "*"
    return True


def _is_loopback(host: str) -> bool:
    if host in ("localhost", "[::1]"):
        return True
    try:
        return ipaddress.IPv4Address(host).is_loopback
    except ValueError:
        return False
