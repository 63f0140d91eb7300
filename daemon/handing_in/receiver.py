"""The daemon's side of the tray, and its eye on the probes that were trained here."""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from ...config.as_text import in_one_line
from ...config.errors import InputError, StorageError
from ...storage.records import Change
from ..own_thread import OwnThread
from .document import HandedIn
from .tray import aside_of, drop_drafts, read_document, take_away, waiting

LOOK_EVERY_S = 0.5
ROOM_LEFT = 1_000
"""Changes that may wait for the store before the tray has to wait too."""
_JOIN_S = 2.0
_log = logging.getLogger("coughd.handed_in")


@dataclass(frozen=True, slots=True)
class _Document:
    path: Path
    changes: Sequence[HandedIn]


class Receiver:
    """Takes what commands hand in; a context manager.

    The thread `receiver` looks into the folders twice a second and reads; it must not write the
    store nor touch sound or sockets. What it read is kept by the listening thread, one document at
    a time, and a file is deleted once its changes are committed.

    Parameters
    ----------
    probes
        The file that tells which trained probes are in force.
    keep
        Hands a change to the recorder; called in `turn`.
    kept, written
        How many changes the recorder was given, and how many it has committed.
    probes_changed
        Called in `turn` after that file has changed.
    """

    def __init__(
        self,
        data_dir: Path,
        probes: Path,
        *,
        keep: Callable[[Change], None],
        kept: Callable[[], int],
        written: Callable[[], int],
        probes_changed: Callable[[], None],
        look_every_s: float = LOOK_EVERY_S,
    ) -> None:
        self._data_dir = data_dir
        self._probes = probes
        self._keep = keep
        self._kept = kept
        self._written = written
        self._probes_changed = probes_changed
        self._look_every_s = look_every_s
        self._read: queue.Queue[_Document] = queue.Queue(maxsize=1)
        self._tickets: queue.Queue[tuple[_Document, int]] = queue.Queue()
        self._changed = threading.Event()
        self._stop = threading.Event()
        self._complained = ""
        self._taken: set[Path] = set()
        self._thread = OwnThread("receiver", self._run)

    def __enter__(self) -> Self:
        """Start the thread; what probes are in force now is known."""
        self._probes_before = _look_of(self._probes)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop; what is not committed yet stays in the tray for the next daemon."""
        self._stop.set()
        self._thread.has_ended(_JOIN_S)

    @property
    def is_alive(self) -> bool:
        """Whether the thread runs."""
        return self._thread.is_alive

    def turn(self) -> None:
        """Keep what was read, if the store keeps up. Listening thread.

        It waits for nothing but one small file, where the probes have changed.
        """
        if self._changed.is_set():
            self._changed.clear()
            self._probes_changed()
        if self._kept() - self._written() > ROOM_LEFT:
            return
        try:
            document = self._read.get_nowait()
        except queue.Empty:
            return
        for change in document.changes:
            self._keep(change)
        self._tickets.put((document, self._kept()))

    def _run(self) -> None:
        drop_drafts(self._data_dir)
        while not self._stop.wait(self._look_every_s):
            probes = _look_of(self._probes)
            if probes != self._probes_before:
                self._probes_before = probes
                self._changed.set()
            try:
                self._empty_tray()
            except StorageError as exc:
                self._complain(str(exc))

    def _empty_tray(self) -> None:
        for path in waiting(self._data_dir):
            if path in self._taken:  # it could not be deleted
                self._delete(path)
                continue
            try:
                document = _Document(path, read_document(path))
            except InputError as exc:
                self._set_aside(path, str(exc))
                continue
            self._read.put(document)
            if not self._committed(document):
                return
            self._taken.add(path)
            self._delete(path)

    def _committed(self, document: _Document) -> bool:
        """Wait until a document is in the store; False at a stop."""
        ticket = None
        while not self._stop.is_set():
            if ticket is None:
                try:
                    _, ticket = self._tickets.get(timeout=self._look_every_s)
                except queue.Empty:
                    continue
            if self._written() >= ticket:
                _log.info("changes that were handed in and taken: %d", len(document.changes))
                return True
            self._stop.wait(self._look_every_s / 10)
        return False

    def _delete(self, path: Path) -> None:
        take_away(path)
        self._taken.discard(path)

    def _set_aside(self, path: Path, why: str) -> None:
        aside = aside_of(path)
        shown, name = in_one_line(str(path)), in_one_line(aside.name)
        _log.error("%s %s; it is set aside as %s", shown, why, name)
        try:
            path.rename(aside)
        except OSError as exc:
            raise StorageError(f"{path}: cannot be set aside ({exc.strerror})") from exc

    def _complain(self, sentence: str) -> None:
        if sentence != self._complained:
            _log.error("%s; what is handed in waits", sentence)
        self._complained = sentence


def _look_of(path: Path) -> tuple[int, int, int] | None:
    """What changes with a file; None where it is not there."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size
