"""What a service manager is told, by the protocol of sd_notify(3)."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def manager_at(address: Path) -> Iterator[list[str]]:
    """A look-alike of systemd; gives what it was told so far."""
    told: list[str] = []
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.bind(str(address))

        def listen() -> None:
            while (datagram := channel.recv(4096)) != b"enough":
                told.append(datagram.decode())

        thread = threading.Thread(target=listen)
        thread.start()
        try:
            yield told
        finally:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as last:
                last.sendto(b"enough", str(address))
            thread.join()
