"""Both sockets of a subscriber as one feed: the durable once and in order, the rest as it comes.

What its user wants, and how far he has come, is the business of `subscriber`.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import zmq

from ...config.addresses import is_beyond_machine
from ...config.as_text import in_one_line
from ...config.errors import ConfigError
from .client_key import ClientKey
from .connect import patient_socket
from .items import Message, Position, parse_message
from .merge import Step, StreamMerge
from .replay_client import ReplayClient
from .replay_protocol import ReplayProtocolError

_log = logging.getLogger("coughd.subscriber")

_READ_AT_ONCE = 1000
_HIGH_WATER = 10_000
_CLOSED_EVENTS = 1000
_LONGEST_DETAIL = 500


@dataclass(frozen=True, slots=True)
class SubscriberCounts:
    """What went by, since the start."""

    live: int
    """Durable messages off the live stream, doubles among them."""
    replayed: int
    """Messages off replay pages, doubles among them."""
    dropped: int
    """Live messages that found no room while an earlier one was missing; replayed later."""
    malformed: int
    """Frames that broke the protocol."""
    failed_replays: int
    """Answers in which the daemon said that it could not read its store."""
    dropped_ephemeral: int
    """Messages without `seq` that the user left waiting until newer ones took their place."""


class StreamFeed:
    """Connected from construction to `close`; one thread.

    `start` is where to begin, as `StreamMerge` takes it; `capacity` bounds what waits there, and
    what waits in `extras`. Raises ConfigError for an address that
    cannot be connected to; that nobody is there is no error.
    """

    def __init__(
        self,
        publish_address: str,
        replay_address: str,
        start: tuple[str | None, int | None],
        *,
        ephemeral: bool,
        clock: Callable[[], float],
        key: ClientKey | None = None,
        capacity: int = _HIGH_WATER,
    ) -> None:
        for address in (publish_address, replay_address):
            if key is None and is_beyond_machine(address):
                raise ConfigError(
                    f"{address} is beyond this machine, and a key is needed to trust what is said "
                    "there: have one made with `coughd keys new NAME` where the daemon runs"
                )
        store_id, seq = start
        self._merge = StreamMerge(store_id=store_id, seq=seq, capacity=capacity)
        self._ephemeral = ephemeral
        self._clock = clock
        self._key = key
        self.steps: deque[Step] = deque()
        """What is next, in order; the user of the feed takes from the left."""
        self.extras: deque[Message] = deque(maxlen=capacity)
        """Messages without `seq`, where asked for; the oldest gives way."""
        self._closed_events: deque[str] = deque(maxlen=_CLOSED_EVENTS)
        self._live = self._replayed = self._malformed = self._failed_replays = 0
        self._dropped_ephemeral = 0
        self._heard_s = clock()
        self.was_heard = False
        """Whether the daemon was heard at all."""
        self._context = zmq.Context()
        try:
            self._sub = self._subscribe(publish_address)
            self._replay = ReplayClient(self._context, replay_address, clock, key)
        except zmq.ZMQError as exc:
            self._context.destroy(linger=0)
            raise ConfigError(
                f"cannot connect to {publish_address} and {replay_address}: {exc}"
            ) from exc

    def close(self) -> None:
        """Disconnect."""
        self._context.destroy(linger=0)

    @property
    def position(self) -> Position | None:
        """After everything that is in `steps`; None before the first contact."""
        return self._merge.position

    @property
    def silent_s(self) -> float:
        """Seconds since the daemon was heard, or since the start."""
        return self._clock() - self._heard_s

    @property
    def refused(self) -> bool:
        """Whether the daemon refuses to talk with this key, or without one."""
        return self._replay.refused

    @property
    def counts(self) -> SubscriberCounts:
        """Since the start."""
        return SubscriberCounts(
            live=self._live,
            replayed=self._replayed,
            dropped=self._merge.dropped,
            malformed=self._malformed,
            failed_replays=self._failed_replays,
            dropped_ephemeral=self._dropped_ephemeral,
        )

    def listen(self, wait_s: float) -> None:
        """Ask for what is missing, and read what comes within `wait_s`."""
        self._replay.ask(self._merge.missing_since)
        poller = zmq.Poller()
        poller.register(self._sub, zmq.POLLIN)
        poller.register(self._replay.socket, zmq.POLLIN)
        poller.register(self._replay.monitor, zmq.POLLIN)
        ready = dict(poller.poll(int(wait_s * 1000)))
        if self._sub in ready:
            self._read_live()
        if self._replay.socket in ready:
            self._read_answer()
        elif self._replay.monitor in ready:
            self._replay.notice()

    def _read_live(self) -> None:
        for _ in range(_READ_AT_ONCE):
            try:
                frames = self._sub.recv_multipart(zmq.NOBLOCK)
            except zmq.Again:
                return
            self._hear()
            try:
                message = parse_message(frames)
            except ReplayProtocolError:
                self._malformed += 1
                continue
            if message.seq is None:
                self._hear_ephemeral(message)
            else:
                self._live += 1
                self._queue(self._merge.live(message))

    def _hear(self) -> None:
        self._heard_s = self._clock()
        self.was_heard = True

    def _hear_ephemeral(self, message: Message) -> None:
        last_seq = message.body.get("last_seq")
        if type(last_seq) is int:
            self._merge.heartbeat(message.store_id, message.boot_id, last_seq)
        if self._ephemeral and message.body.get("event_id") not in self._closed_events:
            self._dropped_ephemeral += len(self.extras) == self.extras.maxlen
            self.extras.append(message)

    def _read_answer(self) -> None:
        try:
            answer = self._replay.take()
        except ReplayProtocolError:
            self._malformed += 1
            return
        if answer is None:
            return
        self._hear()
        if answer.header.status == "error":
            self._failed_replays += 1
            # Whoever is at the other end wrote it.
            detail = in_one_line(answer.header.detail[:_LONGEST_DETAIL])
            _log.warning("the daemon cannot replay now: %s", detail)
        self._replayed += len(answer.messages)
        self._queue(self._merge.answer(answer.header, answer.messages))

    def _queue(self, steps: list[Step]) -> None:
        self.steps.extend(steps)
        for step in steps:
            if isinstance(step.item, Message) and "event_id" in step.item.body:
                # A replay may overtake the live stream: its `start` would never be closed.
                self._closed_events.append(str(step.item.body["event_id"]))

    def _subscribe(self, address: str) -> zmq.Socket[bytes]:
        sub = patient_socket(self._context, zmq.SUB, address, self._key)
        sub.setsockopt(zmq.RCVHWM, _HIGH_WATER)
        sub.subscribe("")
        sub.connect(address)
        return sub
