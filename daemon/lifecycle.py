"""Starting and stopping: signals, and what systemd is told."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import FrameType


class StopRequest:
    """Set once, from a signal or a thread; wakes whoever selects on `fileno()`."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self._reader, self._writer = socket.socketpair()
        self._writer.setblocking(False)  # noqa: FBT003

    def set(self) -> None:
        """Ask the daemon to stop; safe in a signal handler, any number of times."""
        if not self._event.is_set():
            self._event.set()
            self._writer.send(b"\0")

    def is_set(self) -> bool:
        """Whether somebody asked."""
        return self._event.is_set()

    def fileno(self) -> int:
        """Readable as soon as the request is set."""
        return self._reader.fileno()

    def close(self) -> None:
        """Give both ends back."""
        self._reader.close()
        self._writer.close()


@contextmanager
def stop_on_signals(stop: StopRequest) -> Iterator[None]:
    """SIGTERM and SIGINT set `stop`; the former handlers come back at the end. Main thread."""

    def request(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    former = {number: signal.signal(number, request) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


def notify_systemd(state: str, environ: Mapping[str, str] = os.environ) -> bool:
    """Send `READY=1` and the like to the service manager; False where there is none.

    Protocol: sd_notify(3), one datagram to the socket in NOTIFY_SOCKET.
    """
    address = environ.get("NOTIFY_SOCKET")
    if not address:
        return False
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.sendto(state.encode(), address.replace("@", "\0", 1))
    return True
