"""A peer of a ZeroMQ socket that keeps to no rule: it writes the bytes of the wire itself."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Self

_GREETING = b"\xff" + bytes(8) + b"\x7f" + b"\x03\x00" + b"NULL".ljust(20, b"\0") + bytes(32)
_PATIENCE_S = 120.0
MORE, COMMAND = 1, 4


def frame(body: bytes, flags: int = 0) -> bytes:
    """One frame; with MORE another one must follow."""
    if len(body) < 256:
        return bytes([flags, len(body)]) + body
    return announcement(len(body), flags) + body


def announcement(size: int, flags: int = 0) -> bytes:
    """The head of a frame that says how long it will be."""
    return bytes([flags | 2]) + size.to_bytes(8, "big")


class RawPeer:
    """A connection to `ipc://PATH` or `tcp://HOST:PORT`; a context manager."""

    def __init__(self, address: str) -> None:
        deadline_s = time.monotonic() + _PATIENCE_S
        while True:
            try:
                self.socket = _connect(address)
            except BlockingIOError:
                # Those who wait to be let in are as many as the kernel lets wait.
                assert time.monotonic() < deadline_s
                time.sleep(0.001)
            else:
                break

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def greet(self, kind: bytes) -> Self:
        """Say that we are a `DEALER`, a `SUB`; raises ConnectionError where we are not wanted.

        What it raises closes the connection: there is nothing to be entered as a context then.
        """
        ready = b"\x05READY" + b"\x0bSocket-Type" + len(kind).to_bytes(4, "big") + kind
        heard = b""
        try:
            self.socket.sendall(_GREETING + frame(ready, COMMAND))
            while b"READY" not in heard:
                piece = self.socket.recv(1000)
                if not piece:
                    raise ConnectionResetError
                heard += piece
        except OSError:
            self.socket.close()
            raise
        return self

    def send(self, pieces: Iterable[bytes], for_s: float = _PATIENCE_S) -> bool:
        """Send until all is sent or the time is up; False where we were hung up on before.

        TimeoutError where nobody reads it.
        """
        until_s = time.monotonic() + for_s
        try:
            for piece in pieces:
                if time.monotonic() > until_s:
                    break
                self.socket.sendall(piece)
        except ConnectionError:
            return False
        return True

    def is_hung_up(self) -> bool:
        """Wait for the other end to hang up."""
        with suppress(ConnectionError):
            while self.socket.recv(1 << 16):
                pass
        return True


def _connect(address: str) -> socket.socket:
    if address.startswith("ipc://"):
        peer = socket.socket(socket.AF_UNIX)
        peer.settimeout(_PATIENCE_S)
        try:
            peer.connect(address.removeprefix("ipc://"))
        except OSError:
            peer.close()
            raise
        return peer
    host, _, port = address.removeprefix("tcp://").rpartition(":")
    return socket.create_connection((host, int(port)), _PATIENCE_S)
