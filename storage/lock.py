"""One daemon per data directory: a lock that the kernel drops with its holder."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from ..config.errors import AlreadyRunningError, StorageError
from ..config.private_file import give_to_owner_of
from .closing import Closing

LOCK_NAME = "coughd.lock"
_PID_BYTES = 32
_TRIES = 20
_TRY_AGAIN_S = 0.005


def holder_of(data_dir: Path) -> str | None:
    """Name the process (its pid, or `unknown`) that holds the lock; None where nobody does."""
    try:
        descriptor = os.open(data_dir / LOCK_NAME, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return os.pread(descriptor, _PID_BYTES, 0).decode(errors="replace").strip() or "unknown"
    finally:
        os.close(descriptor)
    return None


class InstanceLock(Closing):
    """Held from construction to `close`; a context manager. The file stays, only the lock goes.

    It is tried for a tenth of a second: whoever asks for its holder has it for an instant.

    Raises
    ------
    AlreadyRunningError
        Another process holds it; the sentence names its pid.
    StorageError
        The directory cannot be made or written.
    """

    def __init__(self, data_dir: Path, rest: Callable[[float], None] = time.sleep) -> None:
        path = data_dir / LOCK_NAME
        try:
            data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            give_to_owner_of(data_dir, self._descriptor)
        except OSError as exc:
            raise StorageError(
                f"{path}: cannot be made or written ({exc.strerror}); make the data directory "
                "writable for this user or name another one in store.data_dir"
            ) from exc
        try:
            _take(self._descriptor, rest)
        except BlockingIOError as exc:
            pid = os.pread(self._descriptor, _PID_BYTES, 0).decode(errors="replace").strip()
            os.close(self._descriptor)
            raise AlreadyRunningError(
                f"{data_dir}: another coughd (pid {pid or 'unknown'}) uses this data directory; "
                "stop it or choose another store.data_dir"
            ) from exc
        # On a full disk the old pid's place is written over; without any room the lock still holds.
        with suppress(OSError):
            os.pwrite(self._descriptor, f"{os.getpid():<{_PID_BYTES - 1}}\n".encode(), 0)
            os.ftruncate(self._descriptor, _PID_BYTES)

    def close(self) -> None:
        """Let the next daemon in; a second call does nothing."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def _take(descriptor: int, rest: Callable[[float], None]) -> None:
    """Raises BlockingIOError where it stays taken."""
    for _ in range(_TRIES - 1):
        with suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        rest(_TRY_AGAIN_S)
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
