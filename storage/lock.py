"""One daemon per data directory and store: locks that the kernel drops with their holder."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from ..config.errors import AlreadyRunningError, StorageError
from ..config.private_file import give_to_owner_of
from .closing import Closing
from .place import sqlite_path, store_url

LOCK_NAME = "coughd.lock"
STORE_LOCK_ENDING = ".lock"
"""Of the file beside a store that lies in nobody's data directory."""
_PID_BYTES = 32
_TRIES = 20
_TRY_AGAIN_S = 0.005


@dataclass(frozen=True, slots=True)
class _Locked:
    """What is locked, and which setting names another one."""

    name: str
    setting: str


_DATA_DIRECTORY = _Locked("data directory", "store.data_dir")
_STORE = _Locked("store", "store.url")


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


def is_holder_hidden(data_dir: Path) -> bool:
    """Whether this user may not see if somebody holds the lock; `holder_of` names nobody then."""
    try:
        os.close(os.open(data_dir / LOCK_NAME, os.O_RDONLY | os.O_CLOEXEC))
    except PermissionError:
        return True
    except OSError:
        return False
    return False


class _FileLock(Closing):
    """Held from construction to `close`; a context manager. The file stays, only the lock goes.

    It is tried for a tenth of a second: whoever asks for its holder has it for an instant.

    Raises
    ------
    AlreadyRunningError
        Another process holds it; the sentence names its pid.
    StorageError
        The file cannot be made or written.
    """

    def __init__(self, path: Path, of: Path, what: _Locked, rest: Callable[[float], None]) -> None:
        try:
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            give_to_owner_of(path.parent, self._descriptor)
        except OSError as exc:
            raise _unwritable(path, what, exc) from exc
        try:
            _take(self._descriptor, rest)
        except BlockingIOError as exc:
            pid = os.pread(self._descriptor, _PID_BYTES, 0).decode(errors="replace").strip()
            os.close(self._descriptor)
            raise AlreadyRunningError(
                f"{of}: another coughd (pid {pid or 'unknown'}) uses this {what.name}; "
                f"stop it or choose another {what.setting}"
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


class InstanceLock(_FileLock):
    """One daemon per data directory, which is made where there is none."""

    def __init__(self, data_dir: Path, rest: Callable[[float], None] = time.sleep) -> None:
        path = data_dir / LOCK_NAME
        try:
            data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as exc:
            raise _unwritable(path, _DATA_DIRECTORY, exc) from exc
        super().__init__(path, data_dir, _DATA_DIRECTORY, rest)


@contextmanager
def lock_store(data_dir: Path, store: Path | str) -> Iterator[None]:
    """Keep all others out of a data directory and its store. AlreadyRunningError, StorageError."""
    with InstanceLock(data_dir), lock_elsewhere(data_dir, store):
        yield


@contextmanager
def lock_elsewhere(data_dir: Path, store: Path | str) -> Iterator[None]:
    """Keep all others out of a SQLite store that does not lie in the data directory.

    Their data directories may be others. A database server has a lock of its own.
    AlreadyRunningError, StorageError.
    """
    path = sqlite_path(store_url(store))
    with ExitStack() as stack:
        if path is not None and path.parent.is_dir() and path.parent != data_dir.resolve():
            # A folder without a lock is nobody's data directory, and is not made to look like one.
            if os.access(path.parent / LOCK_NAME, os.F_OK):
                stack.enter_context(InstanceLock(path.parent))
            beside = path.with_name(path.name + STORE_LOCK_ENDING)
            stack.enter_context(_FileLock(beside, path, _STORE, time.sleep))
        yield


def _unwritable(path: Path, what: _Locked, exc: OSError) -> StorageError:
    return StorageError(
        f"{path}: cannot be made or written ({exc.strerror}); make the {what.name} "
        f"writable for this user or name another one in {what.setting}"
    )


def _take(descriptor: int, rest: Callable[[float], None]) -> None:
    """Raises BlockingIOError where it stays taken."""
    for _ in range(_TRIES - 1):
        with suppress(BlockingIOError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        rest(_TRY_AGAIN_S)
    fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
