"""Tells whoever listens: one thread, one PUB socket, best effort by design.

What is durable is in the outbox before it comes here, so whatever is lost between here and a
subscriber shows as a gap in `seq`, or in the heartbeat's `last_seq`, and is asked for again
(`replay.py`).
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

import zmq

from ...storage.messages import Message
from ...storage.records import OutboxRow
from .address import OWNER_ALONE, Admission
from .socket_thread import SocketThread

Heartbeat = Callable[[int, int], Message]
"""Built from `(last_seq, oldest_seq)`."""

_JOIN_S = 5.0
_LARGEST_FRAME_BYTES = 4096  # a peer says which topics it wants, and nothing else


@dataclass(frozen=True, slots=True)
class PublisherCounts:
    """What `status` shows of this buffer."""

    sent: int
    """Messages given to ZeroMQ, heartbeats not among them."""
    heartbeats: int
    waiting: int
    dropped_durable: int
    """Gave way because the queue was full; replay has them."""
    dropped_ephemeral: int
    """Gave way because the queue was full; nobody will hear of them."""
    peers: int = 0
    """Connected now."""
    turned_away: int = 0
    """Peers that were too many, or were sent away because memory ran out."""
    refused_keys: int = 0
    """Connections without a key that is on the list."""
    capacity: int = 0
    """Messages that may wait."""
    last_seq: int = 0
    """Of the last message that was committed."""
    oldest_seq: int = 0
    """Of the oldest one that can be asked for again."""


class Publisher:
    """Publishes what is handed over by any thread, in that order; a context manager.

    The thread `publisher` owns the PUB socket and sends; it must not touch the store, and nobody
    else may touch the socket. Handing over never blocks: beyond `queue_size` waiting messages the
    newest is dropped and counted. A subscriber with more than `high_water` unread messages loses
    the newest ones, unseen by us.

    Parameters
    ----------
    address
        `ipc://PATH` or `tcp://HOST:PORT`. Entering raises ConfigError or AlreadyRunningError where
        it cannot be bound, InputError or StorageError where the daemon's key cannot be had.
    heartbeat
        Builds a heartbeat; called on the publisher's thread.
    last_seq, oldest_seq
        Of the outbox, now.
    """

    def __init__(
        self,
        address: str,
        *,
        heartbeat: Heartbeat,
        heartbeat_s: float,
        last_seq: int,
        oldest_seq: int,
        high_water: int = 10_000,
        queue_size: int = 10_000,
        admission: Admission = OWNER_ALONE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.address = address
        self._admission = admission
        self._heartbeat = heartbeat
        self._heartbeat_s = heartbeat_s
        self._high_water = high_water
        self._queue_size = queue_size
        self._clock = clock
        self._changed = threading.Condition()
        # All below are guarded by `_changed`.
        self._queue: deque[Message] = deque()
        self._last_seq = last_seq
        self._oldest_seq = oldest_seq
        self._stopping = False
        self._sent = 0
        self._heartbeats = 0
        self._dropped_durable = 0
        self._dropped_ephemeral = 0

    def __enter__(self) -> Self:
        """Bind, and start the thread."""
        options = {zmq.SNDHWM: self._high_water, zmq.MAXMSGSIZE: _LARGEST_FRAME_BYTES}
        self._socket = SocketThread(
            "publisher", zmq.PUB, self.address, options, self._run, self._admission
        )
        return self

    def __exit__(self, *_: object) -> None:
        """Send what waits, close the socket and remove its file."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        self._socket.join(_JOIN_S)

    def publish(self, rows: Sequence[OutboxRow]) -> None:
        """Send committed rows, ascending in `seq`; call only after the commit."""
        with self._changed:
            for row in rows:
                self._last_seq = row.seq  # a store that came back with less begins lower
                self._oldest_seq = self._oldest_seq or row.seq  # 0: there was none before
                if len(self._queue) < self._queue_size:
                    self._queue.append(Message(row.topic, row.body))
                else:
                    self._dropped_durable += 1
            self._changed.notify()

    def publish_ephemeral(self, message: Message) -> None:
        """Send a message without `seq` that nobody may ask for again."""
        with self._changed:
            if len(self._queue) < self._queue_size:
                self._queue.append(message)
            else:
                self._dropped_ephemeral += 1
            self._changed.notify()

    def kept_from(self, oldest_seq: int) -> None:
        """The outbox was pruned: heartbeats say so from now on."""
        with self._changed:
            self._oldest_seq = oldest_seq

    @property
    def is_alive(self) -> bool:
        """Whether the thread runs."""
        return self._socket.is_alive

    @property
    def is_guarded(self) -> bool:
        """Whether the threads run that look after its peers."""
        return self._socket.is_guarded

    @property
    def counts(self) -> PublisherCounts:
        """Since the start. Any thread."""
        door = self._socket.door
        with self._changed:
            return PublisherCounts(
                sent=self._sent,
                heartbeats=self._heartbeats,
                waiting=len(self._queue),
                dropped_durable=self._dropped_durable,
                dropped_ephemeral=self._dropped_ephemeral,
                peers=door.peers,
                turned_away=door.turned_away + door.sent_away,
                refused_keys=door.refused,
                capacity=self._queue_size,
                last_seq=self._last_seq,
                oldest_seq=self._oldest_seq,
            )

    def _run(self, endpoint: zmq.Socket[bytes]) -> None:
        next_heartbeat = self._clock()
        try:
            while True:
                with self._changed:
                    if not (self._queue or self._stopping):
                        self._changed.wait(max(0.0, next_heartbeat - self._clock()))
                    batch = list(self._queue)
                    self._queue.clear()
                    # Taken together with the queue: a heartbeat never runs ahead of what it tells.
                    reach = (self._last_seq, self._oldest_seq)
                    stopping = self._stopping
                beat = self._clock() >= next_heartbeat
                if beat:
                    batch.append(self._heartbeat(*reach))
                    next_heartbeat = self._clock() + self._heartbeat_s
                for message in batch:
                    # A PUB socket never waits: it drops for the subscriber that is too slow.
                    endpoint.send_multipart([message.topic.encode(), message.body.encode()])
                with self._changed:
                    self._sent += len(batch) - beat
                    self._heartbeats += beat
                if stopping:
                    return
        finally:
            endpoint.close()
