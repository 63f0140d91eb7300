"""Who was not let in: counted always, written to the log now and then."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

_SAY_AGAIN_S = 3600.0
_BETWEEN_LINES_S = 1.0
_REMEMBERED = 64

_log = logging.getLogger("coughd.stream")


class Refusals:
    """Says once an hour of each peer and reason that it was refused. Any thread.

    Beyond 64 of them the one that was named longest ago is forgotten, and there is one line a
    second at most.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._said_s: dict[tuple[str, str], float] = {}
        self._last_line_s: float | None = None
        self._count = self._unsaid = 0

    @property
    def count(self) -> int:
        """Refused connections since the start."""
        return self._count

    def note(self, address: str, peer: str, why: str) -> None:
        """Count one."""
        with self._lock:
            self._count += 1
            self._unsaid += 1
            now_s = self._clock()
            said_s = self._said_s.get((peer, why))
            if said_s is not None and now_s - said_s < _SAY_AGAIN_S:
                return
            if self._last_line_s is not None and now_s - self._last_line_s < _BETWEEN_LINES_S:
                return
            self._said_s.pop((peer, why), None)
            while len(self._said_s) >= _REMEMBERED:
                self._said_s.pop(next(iter(self._said_s)))
            self._said_s[(peer, why)] = self._last_line_s = now_s
            others = f", and {self._unsaid - 1} times since the last such line"
            self._unsaid, more = 0, others if self._unsaid > 1 else ""
        _log.warning("%s: refused %s: %s%s", address, peer, why, more)
