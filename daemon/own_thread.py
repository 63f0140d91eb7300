"""A thread of the daemon's: how it is begun, how it ends, and what is said where it dies."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

_log = logging.getLogger("coughd")


class OwnThread:
    """Runs `work` once, on a thread called `name`.

    Whoever has it tells `work` to return, and then calls `has_ended`. What `work` raises is logged
    whole; the watchdog sees by `is_alive` that it has died. One that hangs keeps no process from
    ending.
    """

    def __init__(self, name: str, work: Callable[[], None]) -> None:
        self._work = work
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    @property
    def is_alive(self) -> bool:
        """Whether it runs. Any thread."""
        return self._thread.is_alive()

    def wait(self, patience_s: float | None = None) -> bool:
        """Wait for the end (None: as long as it takes); whether it has come."""
        self._thread.join(patience_s)
        return not self._thread.is_alive()

    def has_ended(self, patience_s: float) -> bool:
        """Wait for an end that is due; False, and a line in the log, where it does not come."""
        ended = self.wait(patience_s)
        if not ended:
            _log.error("the thread %s does not stop", self._thread.name)
        return ended

    def _run(self) -> None:
        try:
            self._work()
        except BaseException:  # noqa: BLE001 - nobody else would hear of it
            _log.exception(
                "the thread %s has died of a defect of coughd; please report this",
                self._thread.name,
            )
