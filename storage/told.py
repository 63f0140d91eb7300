"""How far each store was told, in the data folder: a store that was put back cannot know it.

It is compared at the start, since other tools may put a store back to an earlier state while coughd
is stopped: numbers that were told would then be given to other messages. It is written after the
commit, so it is never ahead, and before anybody is told, so a process that is killed leaves it
right. After a power cut it may be behind by what the last half minute told; it does no harm then.
"""

from __future__ import annotations

import hashlib
import logging
import os
import re
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ..config.private_file import write_private
from .closing import Closing

TOLD_NAME = "coughd.told"
MOST_STORES = 100
"""The oldest give way; each restore adds one."""
SYNC_EVERY_S = 10.0
"""So often at most it waits for the disk: a commit has waited already."""
_LINE = re.compile(r"(.+) (\d{20}) ([0-9a-f]{16})\n")

_log = logging.getLogger("coughd.store")


@dataclass(frozen=True, slots=True)
class LastTold:
    """A message, and what is left of its words: another one may get its number."""

    seq: int
    digest: str

    @classmethod
    def of(cls, seq: int, body: str) -> LastTold:
        """Keep of a message what tells it from others."""
        return cls(seq, hashlib.sha256(body.encode()).hexdigest()[:16])


class Told(Closing):
    """The last message of each store that was written from here; used by one thread at a time.

    Where the file cannot be written the store is written all the same, and the log says so once.
    """

    def __init__(self, folder: Path, clock: Callable[[], float] = time.monotonic) -> None:
        self.path = folder / TOLD_NAME
        self._clock = clock
        self._store_id = ""
        self._descriptor = -1
        self._line_at = 0
        self._synced_s = float("-inf")
        self._failed = False
        self._last: dict[str, LastTold] = {}
        self.doubt: str | None = None
        """Why nobody knows what the file said; None where it speaks, or never was there."""
        try:
            self._last = _parsed(self.path.read_bytes())
        except FileNotFoundError:
            pass
        except OSError as exc:
            self.doubt = f"cannot be read ({exc.strerror})"
        except ValueError:
            self.doubt = "is damaged"

    def last_of(self, store_id: str) -> LastTold | None:
        """Give the last message of a store; None where it was never told from here."""
        return self._last.get(store_id)

    def keep(self, store_id: str, last: LastTold) -> None:
        """Remember a message that is committed, before it is told."""
        is_known = store_id == self._store_id and self._is_in_place()
        self._store_id = store_id
        self._last[store_id] = last
        try:
            if not is_known:
                self._write_all()
            os.pwrite(self._descriptor, _line(store_id, last), self._line_at)
            if self._clock() - self._synced_s >= SYNC_EVERY_S:
                os.fdatasync(self._descriptor)
                self._synced_s = self._clock()
        except OSError as exc:
            if not self._failed:
                _log.warning(
                    "%s: cannot be written (%s): if the store is put back to an earlier state "
                    "while coughd is stopped, that may go unnoticed",
                    self.path,
                    exc.strerror,
                )
            self._failed = True
        else:
            self._failed = False

    def close(self) -> None:
        """Wait for the disk, and close the file; a second call does nothing."""
        if self._descriptor >= 0:
            with suppress(OSError):
                os.fdatasync(self._descriptor)
            os.close(self._descriptor)
            self._descriptor = -1

    def _is_in_place(self) -> bool:
        """Whether what is written goes into the file of that name: it may have been deleted."""
        try:
            return self._descriptor >= 0 and os.path.samestat(
                self.path.stat(), os.fstat(self._descriptor)
            )
        except OSError:
            return False

    def _write_all(self) -> None:
        """Write it anew with the present store's line last, to be written over in its place."""
        self.close()
        last = self._last.pop(self._store_id)
        self._last = dict([*self._last.items()][1 - MOST_STORES :])
        before = b"".join(_line(*one) for one in self._last.items())
        self._last[self._store_id] = last
        self._line_at = len(before)
        write_private(self.path, before + _line(self._store_id, last), owner_of=self.path.parent)
        self._descriptor = os.open(self.path, os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        self._synced_s = self._clock()


def _line(store_id: str, last: LastTold) -> bytes:
    return f"{store_id} {last.seq:020d} {last.digest}\n".encode()


def _parsed(content: bytes) -> dict[str, LastTold]:
    """Raises ValueError."""
    found = [_LINE.fullmatch(line) for line in content.decode().splitlines(keepends=True)]
    if not found or None in found:
        raise ValueError("not a line for each store")
    return {one[1]: LastTold(int(one[2]), one[3]) for one in found if one is not None}
