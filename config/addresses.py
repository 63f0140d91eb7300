"""Which ZeroMQ addresses the daemon may bind: files and this machine's loopback."""

from __future__ import annotations

import ipaddress
import re

LONGEST_IPC_PATH_BYTES = 107
"""What fits into the kernel's `sockaddr_un`."""

_TCP = re.compile(r"(?P<host>\[[^\]]*\]|[^:\[\]]*):(?P<port>[0-9]{1,5})")


def refuse_address(address: str) -> str:
    """Say why an address cannot be bound; empty where it can.

    Addresses off the loopback are refused, since nothing encrypts or authenticates them.
    """
    scheme, _, rest = address.partition("://")
    if scheme == "ipc":
        return _refuse_ipc(rest)
    if scheme == "tcp":
        return _refuse_tcp(rest)
    return "must begin with ipc:// or tcp://"


def _refuse_ipc(path: str) -> str:
    if not path.startswith("/"):
        return "needs an absolute path, such as ipc:///run/coughd/events.sock"
    if len(path.encode()) > LONGEST_IPC_PATH_BYTES:
        return (
            f"the socket path is longer than {LONGEST_IPC_PATH_BYTES} bytes; choose a shorter one"
        )
    return ""


def _refuse_tcp(rest: str) -> str:
    match = _TCP.fullmatch(rest)
    if match is None or not 1 <= int(match["port"]) <= 65_535:
        return "needs a host and a port from 1 to 65535, such as tcp://127.0.0.1:5570"
    if not _is_loopback(match["host"]):
        return (
            "must stay on this machine (127.0.0.1): messages are not encrypted, and addresses "
            "off the loopback are not available yet"
        )
    return ""


def _is_loopback(host: str) -> bool:
    if host in ("localhost", "[::1]"):
        return True
    try:
        return ipaddress.IPv4Address(host).is_loopback
    except ValueError:
        return False
