"""Whether a listening port asks for a key, by its own first words on the wire."""

from __future__ import annotations

import socket

_PATIENCE_S = 1.0
_GREETING_BYTES = 64
# ZMTP 3.1, RFC 37: signature, version, mechanism, as-server, filler. A greeting shows no key.
_GREETING = (
    b"\xff" + bytes(8) + b"\x7f" + b"\x03\x01" + b"CURVE".ljust(20, b"\0") + b"\0" + bytes(31)
)


def asks_for_key(local: str) -> bool:
    """Whether ZeroMQ at `HOST:PORT`, as the kernel shows it, demands CURVE of who connects."""
    host, _, port = local.rpartition(":")
    host = host.strip("[]")
    reached = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
    said = b""
    try:
        with socket.create_connection((reached, int(port)), _PATIENCE_S) as peer:
            peer.sendall(_GREETING)
            while len(said) < _GREETING_BYTES:
                more = peer.recv(_GREETING_BYTES - len(said))
                if not more:
                    break
                said += more
    except (OSError, ValueError):
        return False
    whole = len(said) == _GREETING_BYTES and said[:1] == b"\xff" and said[9:10] == b"\x7f"
    return whole and said[12:32].rstrip(b"\0") == b"CURVE"
