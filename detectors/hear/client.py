"""The daemon's side of HeAR: windows in, embeddings out, whatever happens to the process."""

from __future__ import annotations

import contextlib
import logging
import os
import threading
import time
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from ...config.errors import ModelError
from ..ports import EmbedderIdentity
from .backoff import Backoff
from .child import Child
from .desk import Desk
from .outcomes import Embedded, Failed, HearLimits, HearStatus, Outcome
from .protocol import Batch, BatchDone, BatchFailed, Hello, LoadFailed, Message, ProtocolError
from .stillness import Stillness
from .waiting import WaitingWindow

MAX_FAILURES = 2
"""A window is tried once more after its first failure, alone, then given up."""
CLOSE_S = 2.0
_IDLE_S = 1.0
_log = logging.getLogger(__name__)


class HearProcess:
    """HeAR in a process of its own; restarted with growing rests whenever it dies, hangs or raves.

    A window that the process had when it failed is sent once more, alone. `outcomes` has one for
    every submitted window that neither gave way nor was abandoned at `close`; while as many as may
    wait are not fetched, nothing more is sent.

    Parameters
    ----------
    command
        That of `hear_command`.
    when_away, is_waited_for
        See `Desk`.
    """

    def __init__(
        self,
        command: Sequence[str],
        limits: HearLimits | None = None,
        clock: Callable[[], float] = time.monotonic,
        *,
        when_away: str = "HeAR is away, events keep the open score",
        is_waited_for: bool = False,
    ) -> None:
        self._command = tuple(command)
        self._limits = limits or HearLimits()
        self._clock = clock
        self._wake = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        self._desk = Desk(
            self._limits, clock, when_away, self._look_up, is_waited_for=is_waited_for
        )
        self._stop = threading.Event()
        # The rest belongs to the client thread.
        self._ready = False
        self._identity: EmbedderIdentity | None = None
        self._in_flight: list[WaitingWindow] = []
        self._batch_number = 0
        self._deadline_s = 0.0
        self._backoff = Backoff(self._limits.first_rest_s, self._limits.longest_rest_s)
        self._thread = threading.Thread(target=self._run, name="hear-client", daemon=True)
        self._thread.start()

    def submit(self, request_id: str, window: NDArray[np.float32]) -> str | None:
        """Queue a copy of `window` [shape=(32000,), range -1..1]; never waits. Any thread.

        Returns the id of a window that gets no embedding because of this: the oldest waiting one
        where the queue is full, `request_id` itself after `close`; else None.
        """
        return self._desk.submit(request_id, window)

    def outcomes(self) -> list[Outcome]:
        """Return what became known since the last call; never waits. Any thread."""
        return self._desk.outcomes()

    def wait_until(self, holds: Callable[[HearStatus], bool], timeout_s: float) -> bool:
        """Wait until this holds of the status; False after `timeout_s`. Any thread."""
        return self._desk.wait_until(holds, timeout_s)

    def wait_until_idle(self, timeout_s: float) -> bool:
        """Wait until no window waits or is in flight; False after `timeout_s`."""
        return self.wait_until(lambda now: not now.waiting and not now.in_flight, timeout_s)

    def wait_until_ready(self, timeout_s: float) -> bool:
        """Wait until the model is loaded and tested; False after `timeout_s`."""
        return self.wait_until(lambda now: now.state == "ready", timeout_s)

    @property
    def status(self) -> HearStatus:
        """How it goes now. Any thread."""
        return self._desk.status

    def close(self) -> None:
        """Kill the process and abandon what waits, within two seconds. May be repeated."""
        if not self._desk.close():
            return
        self._stop.set()
        self._look_up()
        self._thread.join(CLOSE_S)
        if self._thread.is_alive():
            _log.error("The thread hear-client does not end.")
            return
        self._desk.abandon()
        os.close(self._wake)

    def _look_up(self) -> None:
        """There is something for the thread to do."""
        os.eventfd_write(self._wake, 1)

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
                self._rest_after(str(fault))
            except Exception as defect:  # noqa: BLE001 - it is logged whole
                # Whoever waits for windows would wait for ever for a thread that has died.
                _log.exception("a defect of coughd in the thread hear-client; please report this")
                self._rest_after(f"A defect of coughd: {defect!r}.")

    def _rest_after(self, fault: str) -> None:
        self._desk.fault(fault, "resting" if self._ready else "failed")
        self._give_up_or_put_back(fault)
        self._stop.wait(self._backoff.next_s())

    def _converse(self, child: Child) -> None:
        """Talk with `child` until asked to stop.

        Raises ModelError or ProtocolError when the child fails.
        """
        self._desk.started(child.pid)
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
        due_s = self._desk.until_due_s()
        return _IDLE_S if due_s is None else due_s

    def _send_next(self, child: Child) -> None:
        self._in_flight = self._desk.take_batch()
        if self._in_flight:
            self._batch_number += 1
            windows = np.stack([waiting.window for waiting in self._in_flight])
            self._deadline_s = self._clock() + self._limits.reply_timeout_s
            child.send(Batch(self._batch_number, windows))

    def _take(self, message: Message) -> None:
        match message:
            case Hello(identity) if not self._ready:
                self._ready = True
                self._identity = identity
                self._desk.ready(identity)
                _log.info("%s is ready on %s.", identity.name, identity.device)
            case Hello(identity):
                self._identity = identity
                self._desk.goes_on(identity)
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
        self._in_flight = []
        self._desk.settle(outcomes, again)
