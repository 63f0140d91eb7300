"""What the listening loop does for the service between two turns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from ...config.errors import StorageError
from ...config.settings import Settings
from ..clock import Clock
from ..lifecycle import ReloadRequest, StopRequest
from ..line import Line
from ..recorder import CLOSE_S, RecorderCounts
from .reloading import Reloader
from .service_manager import ServiceManager
from .watchdog import Watchdog


@dataclass(frozen=True, slots=True)
class Service:
    """How the daemon is asked and what it tells, from outside the program."""

    manager: ServiceManager
    stop: StopRequest
    reload: ReloadRequest
    load: Callable[[], Settings]
    """Reads the configuration again; ConfigError."""
    explain: Callable[[str], None] | None = None
    """Is told everything that is heard and decided, a line each; None: nobody asked."""


class HandedIn(Protocol):
    """What commands hand to the daemon."""

    def turn(self) -> None:
        """Take what is there; never waits."""


class Upkeep:
    """Signs of life, the manager's status line, the reload, what is handed in. Listening thread.

    Parameters
    ----------
    store
        How the way into the store does.
    """

    def __init__(
        self,
        service: Service,
        watchdog: Watchdog,
        reloader: Reloader,
        handed_in: HandedIn,
        lines: Sequence[Line],
        store: Callable[[], RecorderCounts],
        clock: Clock,
    ) -> None:
        self._service = service
        self._watchdog = watchdog
        self._reloader = reloader
        self._handed_in = handed_in
        self._lines = lines
        self._store = store
        self._clock = clock
        self._wrote = -1
        self._wrote_s = 0.0
        self._told: str | None = None

    def turn(self) -> None:
        """Once in every turn of the loop; CoughdError where a thread has died."""
        self._watchdog.look()
        if self._service.reload.take():
            self._service.manager.reloading()
            self._reloader.reload()
            self._service.manager.ready()
        self._handed_in.turn()
        status = _status(self._lines)
        if status != self._told:
            self._service.manager.status(status)
            self._told = status

    def while_the_store_is_full(self) -> None:
        """Instead of a turn, while a change waits for its place in the recorder's queue.

        Raises
        ------
        StorageError
            A stop was asked for, and the store takes nothing: there will be no place any more.
        """
        self._watchdog.look()
        if not self._service.stop.is_set():
            return
        self._service.manager.stopping()
        now_s, store = self._clock.monotonic_s(), self._store()
        if store.written != self._wrote:
            self._wrote, self._wrote_s = store.written, now_s
        if store.refused is not None or now_s - self._wrote_s >= CLOSE_S:
            raise StorageError("the store took nothing until the stop; see the lines above")


def _status(lines: Sequence[Line]) -> str:
    deaf = [line.source_id for line in lines if line.stretch is None or line.silent]
    heard = f"hears {len(lines) - len(deaf)} of {len(lines)} sources"
    return f"{heard}; not {', '.join(deaf)}" if deaf else heard
