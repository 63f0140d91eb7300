"""The daemon's side of HeAR: windows in, embeddings out, whatever happens to the process."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from ...config.errors import ModelError
from ..ports import WINDOW_SAMPLES, EmbedderIdentity
from .backoff import Backoff
from .child import Child
from .outcomes import Embedded, Failed, HearLimits, HearStatus, Outcome, State
from .protocol import Batch, BatchDone, BatchFailed, Hello, LoadFailed, Message, ProtocolError
from .stillness import Stillness
from .waiting import WaitingWindow, WaitingWindows

MAX_FAILURES = 2
"""A window is tried once more after its first failure, alone, then given up."""
FAILING_WINDOWS = 2
"""So many given up in a row are no longer the windows' fault, and somebody must be told."""
CLOSE_S = 2.0
_IDLE_S = 1.0
_log = logging.getLogger(__name__)


class HearProcess:
    """HeAR in a process of its own; restarted with growing rests whenever it dies, hangs or raves.

    A window that the process had when it failed is sent once more, alone. `outcomes` has one for
    every submitted window that neither gave way nor was abandoned at `close`; while as many as may
    wait are not fetched, nothing more is sent. `command` is that of `hear_command`;
    `when_away` begins the warning of a fault.
    """

    def __init__(
        self,
        command: Sequence[str],
        limits: HearLimits | None = None,
        clock: Callable[[], float] = time.monotonic,
        *,
        when_away: str = "HeAR is away, events keep the open score",
    ) -> None:
        self._command = tuple(command)
        self._when_away = when_away
        self._limits = limits or HearLimits()
        self._clock = clock
        self._changed = threading.Condition()
        # Everything down to `_counts` is guarded by `_changed`.
        self._waiting = WaitingWindows(self._limits.max_waiting_windows)
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
        # The rest belongs to the client thread.
        self._ready = False
        self._batch_number = 0
        self._deadline_s = 0.0
        self._backoff = Backoff(self._limits.first_rest_s, self._limits.longest_rest_s)
        self._stop = threading.Event()
        self._wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._thread = threading.Thread(target=self._run, name="hear-client", daemon=True)
        self._thread.start()

    def submit(self, request_id: str, window: NDArray[np.float32]) -> str | None:
        """Queue a copy of `window` [shape=(32000,), range -1..1]; never waits. Any thread.

        Returns the id of a window that gets no embedding because of this: the oldest waiting one
        where the queue is full, `request_id` itself after `close`; else None.
        """
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
            os.eventfd_write(self._wake, 1)
        return gave_way.request_id if gave_way else None

    def outcomes(self) -> list[Outcome]:
        """Return what became known since the last call; never waits. Any thread."""
        with self._changed:
            outcomes, self._outcomes = self._outcomes, []
            if outcomes and self._state != "closed":
                os.eventfd_write(self._wake, 1)
        return outcomes

    def wait_until_idle(self, timeout_s: float) -> bool:
        """Wait until no window waits or is in flight; False after `timeout_s`."""
        with self._changed:
            return self._changed.wait_for(
                lambda: not self._waiting and not self._in_flight, timeout_s
            )

    def wait_until_ready(self, timeout_s: float) -> bool:
        """Wait until the model is loaded and tested; False after `timeout_s`."""
        with self._changed:
            return self._changed.wait_for(lambda: self._state == "ready", timeout_s)

    @property
    def status(self) -> HearStatus:
        """How it goes now. Any thread."""
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

    def close(self) -> None:
        """Kill the process and abandon what waits, within two seconds. May be repeated."""
        with self._changed:
            if self._state == "closed":
                return
            self._state = "closed"
            self._stop.set()
            os.eventfd_write(self._wake, 1)
        self._thread.join(CLOSE_S)
        if self._thread.is_alive():
            _log.error("The thread hear-client does not end.")
            return
        with self._changed:
            self._counts["abandoned"] += len(self._waiting) + len(self._in_flight)
            self._waiting = WaitingWindows(self._limits.max_waiting_windows)
            self._in_flight = []
            self._changed.notify_all()
        os.close(self._wake)

    def _run(self) -> None:
        """Keep one embedder process running and hand out its embeddings.

        This thread never touches the store, the network or the sound.
        """
        while not self._stop.is_set():
            self._ready = False
            try:
                with Child(self._command) as child:
                    self._converse(child)
            except (ModelError, ProtocolError) as fault:
                self._note_fault(str(fault))
                self._give_up_or_put_back(str(fault))
                self._stop.wait(self._backoff.next_s())

    def _converse(self, child: Child) -> None:
        """Talk with `child` until asked to stop.

        Raises ModelError or ProtocolError when the child fails.
        """
        self._enter("starting", child.pid)
        self._deadline_s = self._clock() + self._limits.start_timeout_s
        stillness = Stillness(self._limits.frozen_s)
        while not self._stop.is_set():
            owing = not self._ready or bool(self._in_flight)
            left_s = self._deadline_s - self._clock() if owing else self._until_due_s()
            child.wait(self._wake, min(left_s, _IDLE_S))
            with contextlib.suppress(BlockingIOError):
                os.eventfd_read(self._wake)
            messages = child.exchange()
            for message in messages:
                self._take(message)
            if owing and not messages and self._clock() >= self._deadline_s:
                raise ModelError("The HeAR process does not answer; it was killed.")
            if stillness.lasts(self._clock(), child.processor_ticks() if owing else None):
                raise ModelError("The HeAR process is frozen; it was killed.")
            if self._ready and not self._in_flight and self._until_due_s() <= 0:
                self._send_next(child)

    def _until_due_s(self) -> float:
        """Seconds until the next batch is to be sent, as far as can be known now."""
        limits = self._limits
        with self._changed:
            due_s = self._waiting.due_s(max(limits.batch_sizes), limits.batch_wait_s)
            if due_s is None or len(self._outcomes) >= limits.max_waiting_windows:
                return _IDLE_S
            return due_s - self._clock()

    def _send_next(self, child: Child) -> None:
        with self._changed:
            self._in_flight = self._waiting.take(self._limits.batch_sizes)
        if self._in_flight:
            self._batch_number += 1
            windows = np.stack([waiting.window for waiting in self._in_flight])
            self._deadline_s = self._clock() + self._limits.reply_timeout_s
            child.send(Batch(self._batch_number, windows))

    def _take(self, message: Message) -> None:
        match message:
            case Hello(identity) if not self._ready:
                self._ready = True
                with self._changed:
                    self._identity = identity
                self._enter("ready", self._pid)
                _log.info("%s is ready on %s.", identity.name, identity.device)
            case Hello(identity):
                with self._changed:
                    self._identity = identity
                _log.info(
                    "%s goes on: %s, %s.", identity.name, identity.device, identity.batch_policy
                )
            case LoadFailed(sentence):
                self._backoff.lengthen()  # files mend slowly, and each try costs seconds of CPU
                raise ModelError(sentence)
            case BatchDone(number, embeddings) if (
                self._identity is not None
                and self._in_flight
                and number == self._batch_number
                and len(embeddings) == len(self._in_flight)
            ):
                self._backoff.reset()
                self._hand_out(embeddings, self._identity)
            case BatchFailed(number, sentence) if self._in_flight and number == self._batch_number:
                self._give_up_or_put_back(sentence)
            case _:
                raise ProtocolError(f"An unexpected {type(message).__name__} came from HeAR.")

    def _hand_out(self, embeddings: NDArray[np.float32], identity: EmbedderIdentity) -> None:
        outcomes: list[Outcome] = []
        for waiting, embedding in zip(self._in_flight, embeddings, strict=True):
            if np.isfinite(embedding).all():
                outcomes.append(Embedded(waiting.request_id, embedding, identity))
            else:
                outcomes.append(Failed(waiting.request_id, "HeAR gave an undefined embedding."))
        self._settle(outcomes, [])

    def _give_up_or_put_back(self, reason: str) -> None:
        again = [waiting for waiting in self._in_flight if waiting.failures + 1 < MAX_FAILURES]
        given_up = [waiting for waiting in self._in_flight if waiting not in again]
        self._settle([Failed(waiting.request_id, reason) for waiting in given_up], again)

    def _settle(self, outcomes: Sequence[Outcome], again: Sequence[WaitingWindow]) -> None:
        with self._changed:
            for outcome in outcomes:
                self._count(outcome)
            self._outcomes += outcomes
            self._in_flight = []
            self._waiting.put_back(again)
            self._changed.notify_all()

    def _count(self, outcome: Outcome) -> None:
        """Note what came of a window, and say it where none gets an embedding any more."""
        if isinstance(outcome, Embedded):
            self._counts["embedded"] += 1
            if self._failing is not None:
                _log.info("Windows get embeddings again.")
            self._failed_in_a_row, self._failing = 0, None
            return
        self._counts["failed"] += 1
        self._failed_in_a_row += 1
        if self._failed_in_a_row >= FAILING_WINDOWS:
            if self._failing != outcome.reason:
                _log.warning("%s: %s", self._when_away, outcome.reason)
            self._failing = outcome.reason

    def _note_fault(self, sentence: str) -> None:
        if sentence != self._reason:
            _log.warning("%s: %s", self._when_away, sentence)
        with self._changed:
            self._counts["faults"] += 1
            self._reason = sentence
        self._enter("resting" if self._ready else "failed", None)

    def _enter(self, state: State, pid: int | None) -> None:
        with self._changed:
            self._counts["starts"] += state == "starting"
            self._pid = pid
            if self._state != "closed":
                self._state = state
            if state == "ready":
                self._reason = self._away_since_s = None
            elif self._away_since_s is None:
                self._away_since_s = self._clock()
            self._changed.notify_all()
