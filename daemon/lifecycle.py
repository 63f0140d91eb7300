"""What a signal asks of the daemon: to stop, or to read its configuration again."""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from types import FrameType

_SHELL_SAYS = 128
"""And the signal's number beside it, where a signal has ended a program."""


class StopRequest:
    """Set once, from a signal or a thread; wakes whoever selects on `fileno()`."""

    def __init__(self) -> None:
        # No lock: a second signal may come in the middle of the first one's `set`.
        self._asked = False
        self._reader, self._writer = socket.socketpair()
        self._writer.setblocking(False)  # noqa: FBT003

    def set(self) -> None:
        """Ask the daemon to stop; safe in a signal handler, any number of times."""
        if not self._asked:
            self._asked = True
            self._writer.send(b"\0")

    def is_set(self) -> bool:
        """Whether somebody asked."""
        return self._asked

    def fileno(self) -> int:
        """Readable as soon as the request is set."""
        return self._reader.fileno()

    def close(self) -> None:
        """Give both ends back."""
        self._reader.close()
        self._writer.close()


class ReloadRequest:
    """Counted by a signal handler, taken by the listening loop between two turns."""

    def __init__(self) -> None:
        # No lock: the handler runs in the middle of whatever the main thread does.
        self._asked = 0
        self._taken = 0

    def set(self) -> None:
        """Ask for the configuration to be read again."""
        self._asked += 1

    def take(self) -> bool:
        """Whether somebody asked since the last call."""
        asked = self._asked
        fresh = asked != self._taken
        self._taken = asked
        return fresh


@contextmanager
def stop_on_signals(stop: StopRequest) -> Iterator[None]:
    """SIGTERM and SIGINT set `stop`; the former handlers come back at the end. Main thread."""

    def request(_number: int, _frame: FrameType | None) -> None:
        stop.set()

    with _handled((signal.SIGTERM, signal.SIGINT), request):
        yield


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """SIGTERM and SIGHUP end the block as Ctrl-C does, so that it can tidy up. Main thread.

    The first one raises SystemExit, with the code that a shell gives to such an end; those that
    follow do nothing. Who ignores SIGHUP from the start (nohup) goes on doing so. The former
    handlers come back at the end.
    """
    numbers = (signal.SIGTERM, signal.SIGHUP)
    heeded = [number for number in numbers if signal.getsignal(number) != signal.SIG_IGN]

    def end(number: int, _frame: FrameType | None) -> None:
        for each in heeded:
            signal.signal(each, signal.SIG_IGN)
        raise SystemExit(_SHELL_SAYS + number)

    with _handled(heeded, end):
        yield


@contextmanager
def reload_on_hangup(reload: ReloadRequest, stop: StopRequest) -> Iterator[None]:
    """SIGHUP sets `reload`, or `stop` where it says that our terminal was closed. Main thread.

    Who ignores SIGHUP from the start (nohup) wants to outlive the terminal. The former handler
    comes back at the end.
    """
    may_end = _has_terminal() and signal.getsignal(signal.SIGHUP) != signal.SIG_IGN

    def request(_number: int, _frame: FrameType | None) -> None:
        if may_end and not _has_terminal():
            stop.set()
        else:
            reload.set()

    with _handled([signal.SIGHUP], request):
        yield


@contextmanager
def _handled(
    numbers: Iterable[int], handler: Callable[[int, FrameType | None], None]
) -> Iterator[None]:
    former = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, before in former.items():
            signal.signal(number, before)


def _has_terminal() -> bool:
    """Whether this process has a controlling terminal that is still there."""
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY))
    except OSError:
        return False
    return True
