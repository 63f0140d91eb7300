"""Whether the daemon still does its work, whatever there is to hear.

A quiet night and an unplugged microphone are no faults of the daemon's: progress is counted in
turns of its loops, never in coughs or in sound.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ...config.errors import CoughdError
from ..clock import Clock
from .service_manager import ServiceManager

_LOOK_EVERY_S = 1.0

_log = logging.getLogger("coughd.watchdog")


@dataclass(frozen=True, slots=True)
class Worker:
    """A thread beside the listening loop."""

    name: str
    is_alive: Callable[[], bool]
    turns: Callable[[], int] | None
    """Grows while the thread works, even when what it tries fails; None: being alive will do."""
    patience_s: float
    """How long `turns` may stand still."""
    is_vital: bool = True
    """Whether the daemon cannot do without it; else its death is a fault of the status."""


@dataclass(frozen=True, slots=True)
class Pulse:
    """How the daemon's threads do."""

    loop_age_s: float
    """Since the listening loop last looked after the others."""
    stuck: tuple[str, ...]
    """Names of threads that have not moved for longer than their patience."""
    dead: tuple[str, ...] = ()
    """Names of threads that have died, and that the daemon can do without."""


class Watchdog:
    """Passes signs of life on to the service manager, from the listening loop, its own worker.

    When the loop hangs nobody calls `look`; when a worker hangs `look` says so once and is silent
    towards the manager until the worker goes on; when a vital worker is dead `look` raises.
    """

    def __init__(self, manager: ServiceManager, workers: Sequence[Worker], clock: Clock) -> None:
        self._manager = manager
        self._workers = workers
        self._clock = clock
        self._next_look_s = clock.monotonic_s()
        self._seen = {worker.name: (-1, self._next_look_s) for worker in workers}
        self._stuck: frozenset[str] = frozenset()
        self._dead: frozenset[str] = frozenset()
        self._looked_s = self._next_look_s

    @property
    def pulse(self) -> Pulse:
        """How it is now. Any thread."""
        age_s = self._clock.monotonic_s() - self._looked_s
        return Pulse(age_s, tuple(sorted(self._stuck)), tuple(sorted(self._dead)))

    def look(self) -> None:
        """Look at every worker, once a second at most.

        Raises
        ------
        CoughdError
            A vital worker is dead: a new start must bring it back.
        """
        now_s = self._clock.monotonic_s()
        if now_s < self._next_look_s:
            return
        self._next_look_s = now_s + _LOOK_EVERY_S
        self._looked_s = now_s
        self._dead = self._find_dead()
        stuck = frozenset(worker.name for worker in self._workers if self._is_stuck(worker, now_s))
        for name in sorted(stuck - self._stuck):
            _log.error("the thread %s hangs; unless it goes on, the service is restarted", name)
        for name in sorted(self._stuck - stuck):
            _log.info("the thread %s goes on", name)
        self._stuck = stuck
        if not stuck:
            self._manager.alive()

    def _find_dead(self) -> frozenset[str]:
        dead = [worker for worker in self._workers if not worker.is_alive()]
        for worker in dead:
            if worker.is_vital:
                raise CoughdError(
                    f"the thread {worker.name} has died, so coughd ends to be started again; the "
                    "lines above this one say why: please report them"
                )
        return frozenset(worker.name for worker in dead)

    def _is_stuck(self, worker: Worker, now_s: float) -> bool:
        if worker.turns is None:
            return False
        turns = worker.turns()
        before, since_s = self._seen[worker.name]
        if turns != before:
            self._seen[worker.name] = (turns, now_s)
            return False
        return now_s - since_s > worker.patience_s
