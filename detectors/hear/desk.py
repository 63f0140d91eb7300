"""Where windows wait for HeAR and outcomes for whoever asked: one lock, many threads."""

from __future__ import annotations

import logging
import threading
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from ..ports import WINDOW_SAMPLES, EmbedderIdentity
from .outcomes import Embedded, Failed, HearLimits, HearStatus, Outcome, State
from .waiting import WaitingWindow, WaitingWindows

FAILING_WINDOWS = 2
"""So many given up in a row are no longer the windows' fault, and somebody must be told."""
_log = logging.getLogger(__name__)


class Desk:
    """What is known of the process and of every window; each method for any thread.

    Parameters
    ----------
    clock
        Monotonic seconds.
    when_away
        Begins the warning of a fault.
    is_waited_for
        Faults before it was ever ready are not said: whoever waits for it says them.
    wake
        Called where the one that sends has something to look at; must not wait.
    """

    def __init__(
        self,
        limits: HearLimits,
        clock: Callable[[], float],
        when_away: str,
        wake: Callable[[], None],
        *,
        is_waited_for: bool,
    ) -> None:
        self._limits = limits
        self._clock = clock
        self._when_away = when_away
        self._wake = wake
        self._is_waited_for = is_waited_for
        self._changed = threading.Condition()
        # All that follows is guarded by `_changed`.
        self._waiting = WaitingWindows(limits.max_waiting_windows)
        self._in_flight: list[WaitingWindow] = []
        self._outcomes: list[Outcome] = []
        self._state: State = "starting"
        self._reason: str | None = None
        self._identity: EmbedderIdentity | None = None
        self._pid: int | None = None
        self._away_since_s: float | None = clock()
        self._failed_in_a_row = 0
        self._failing: str | None = None
        self._counts: Counter[str] = Counter()

    def submit(self, request_id: str, window: NDArray[np.float32]) -> str | None:
        """See `HearProcess.submit`."""
        if window.shape != (WINDOW_SAMPLES,):
            raise ValueError(f"A window has {WINDOW_SAMPLES} samples, got {window.shape}.")
        waiting = WaitingWindow(request_id, np.array(window, np.float32), self._clock())
        with self._changed:
            self._counts["submitted"] += 1
            if self._state == "closed":
                self._counts["abandoned"] += 1
                return request_id
            gave_way = self._waiting.add(waiting)
            self._counts["gave_way"] += gave_way is not None
            self._wake()
        return gave_way.request_id if gave_way else None

    def outcomes(self) -> list[Outcome]:
        """See `HearProcess.outcomes`."""
        with self._changed:
            outcomes, self._outcomes = self._outcomes, []
            if outcomes and self._state != "closed":
                self._wake()
        return outcomes

    def wait_until(self, holds: Callable[[HearStatus], bool], timeout_s: float) -> bool:
        """Wait until this holds of the status; False after `timeout_s`."""
        with self._changed:
            return self._changed.wait_for(lambda: holds(self.status), timeout_s)

    @property
    def status(self) -> HearStatus:
        """How it goes now."""
        with self._changed:
            return HearStatus(
                state=self._state,
                reason=self._reason,
                identity=self._identity,
                pid=self._pid,
                submitted=self._counts["submitted"],
                embedded=self._counts["embedded"],
                failed=self._counts["failed"],
                gave_way=self._counts["gave_way"],
                waiting=len(self._waiting),
                in_flight=len(self._in_flight),
                untold=len(self._outcomes),
                abandoned=self._counts["abandoned"],
                starts=self._counts["starts"],
                faults=self._counts["faults"],
                away_s=None if self._away_since_s is None else self._clock() - self._away_since_s,
                failing=self._failing,
            )

    def close(self) -> bool:
        """Take no more windows; False where that was so already."""
        with self._changed:
            if self._state == "closed":
                return False
            self._state = "closed"
            self._wake()
            return True

    def abandon(self) -> None:
        """Nobody will answer what is still open."""
        with self._changed:
            self._counts["abandoned"] += len(self._waiting) + len(self._in_flight)
            self._waiting = WaitingWindows(self._limits.max_waiting_windows)
            self._in_flight = []
            self._changed.notify_all()

    def started(self, pid: int) -> None:
        """A process is loading the model."""
        with self._changed:
            self._counts["starts"] += 1
            self._enter("starting", pid)

    def ready(self, identity: EmbedderIdentity) -> None:
        """The model is loaded and tested."""
        with self._changed:
            self._identity = identity
            self._reason = None
            self._enter("ready", self._pid)

    def goes_on(self, identity: EmbedderIdentity) -> None:
        """The process runs the model otherwise from now on."""
        with self._changed:
            self._identity = identity

    def fault(self, sentence: str, state: State) -> None:
        """The process is gone; said in the log where it is another fault than the last one."""
        with self._changed:
            is_news = sentence != self._reason
            if is_news and not (self._is_waited_for and self._identity is None):
                _log.warning("%s: %s", self._when_away, sentence)
            self._counts["faults"] += 1
            self._reason = sentence
            self._enter(state, None)

    def until_due_s(self) -> float | None:
        """Seconds until the next batch is to be sent; None where nothing is, as far as is known."""
        with self._changed:
            if len(self._outcomes) >= self._limits.max_waiting_windows:
                return None
            limits = self._limits
            due_s = self._waiting.due_s(max(limits.batch_sizes), limits.batch_wait_s)
            return None if due_s is None else due_s - self._clock()

    def take_batch(self) -> list[WaitingWindow]:
        """Give the windows that are sent now: they are in flight until `settle`."""
        with self._changed:
            self._in_flight = self._waiting.take(self._limits.batch_sizes)
            return self._in_flight

    def settle(self, outcomes: Sequence[Outcome], again: Sequence[WaitingWindow]) -> None:
        """Nothing is in flight any more: these are decided, and those wait once more."""
        with self._changed:
            for outcome in outcomes:
                self._count(outcome)
            self._outcomes += outcomes
            self._in_flight = []
            self._waiting.put_back(again)
            self._changed.notify_all()

    def _enter(self, state: State, pid: int | None) -> None:
        self._pid = pid
        if self._state != "closed":
            self._state = state
        if state == "ready":
            self._away_since_s = None
        elif self._away_since_s is None:
            self._away_since_s = self._clock()
        self._changed.notify_all()

    def _count(self, outcome: Outcome) -> None:
        """Note what came of a window, and say it where none gets an embedding any more."""
        match outcome:
            case Embedded():
                self._counts["embedded"] += 1
                if self._failing is not None:
                    _log.info("Windows get embeddings again.")
                self._failed_in_a_row, self._failing = 0, None
            case Failed(reason=reason):
                self._counts["failed"] += 1
                self._failed_in_a_row += 1
                if self._failed_in_a_row >= FAILING_WINDOWS:
                    if self._failing != reason:
                        _log.warning("%s: %s", self._when_away, reason)
                    self._failing = reason
