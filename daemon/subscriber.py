"""The Python client: every durable message once and in order, across restarts of either side.

    with Subscriber("ipc:///run/coughd/events.sock", "ipc:///run/coughd/replay.sock") as coughs:
        for item in coughs:
            ...

Importing this needs ZeroMQ and nothing else that is not Python's own.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import zmq

from ..config.errors import ConfigError, UsageError
from .cursor import CursorFile
from .replay_client import ReplayClient
from .replay_protocol import ReplayProtocolError
from .stream_connect import patient_socket
from .stream_items import Item, Message, Position, StoreChanged, Truncated, parse_message, selector
from .stream_merge import Step, StreamMerge

__all__ = ["Item", "Message", "Position", "StoreChanged", "Subscriber", "Truncated"]

_log = logging.getLogger("coughd.subscriber")

_POLL_S = 0.25
_READ_AT_ONCE = 1000
_HIGH_WATER = 10_000
_LARGEST_FRAME_BYTES = 16 * 1024 * 1024
_CLOSED_EVENTS = 1000
_QUIET_STEPS = (
    1000  # unwanted messages after which the cursor is written although nothing was given
)


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


class Subscriber:
    """Hears one daemon; iterate over it. A context manager; one thread.

    It takes all durable topics and filters here, since a gap can only be seen in an unbroken
    `seq`. While the daemon is away it waits. An item counts as taken when the next one is asked
    for, or at `acknowledge`; then the cursor moves past it. So each item is given exactly once to
    a loop body that finishes; a body that was cut short by a crash gets its item again.

    Parameters
    ----------
    publish_address, replay_address
        ZeroMQ addresses of the daemon's two sockets.
    cursor_file
        Where the position is kept across restarts; what it holds wins over `since_seq`.
        Entering raises InputError where it is something else, StorageError where it is unreadable.
    since_seq, store_id
        Begin after this message of this store (any store where None). None: from the first contact
        on, 0: with the oldest message that is kept, below: UsageError.
    topics, sources, labels
        What the user wants (see `stream_items.selector`); empty wants all.
    accept
        A further condition of the user's own.
    ephemeral
        Also give the messages without `seq`, `start` and heartbeats, as they come.
    """

    def __init__(
        self,
        publish_address: str,
        replay_address: str,
        *,
        cursor_file: Path | None = None,
        since_seq: int | None = None,
        store_id: str | None = None,
        topics: Collection[str] = (),
        sources: Collection[str] = (),
        labels: Collection[str] = (),
        accept: Callable[[Message], bool] = lambda _message: True,
        ephemeral: bool = False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if since_seq is not None and since_seq < 0:
            raise UsageError(f"since_seq is {since_seq}: it is 0 (everything kept) or more")
        self._publish_address = publish_address
        self._replay_address = replay_address
        self._cursor = CursorFile(cursor_file) if cursor_file else None
        self._start = (store_id, since_seq)
        self._selected = selector(topics, sources, labels)
        self._accept = accept
        self._ephemeral = ephemeral
        self._clock = clock
        self._steps: deque[Step] = deque()
        self._extras: deque[Message] = deque(maxlen=_HIGH_WATER)
        self._closed_events: deque[str] = deque(maxlen=_CLOSED_EVENTS)
        self._given: Position | None = None
        """The position after everything that was handed out or not wanted; not yet taken."""
        self._saved: Position | None = None
        self._heard_s = clock()
        self._was_heard = False
        self._live = self._replayed = self._malformed = self._failed_replays = 0

    def __enter__(self) -> Self:
        """Connect; does not wait for the daemon."""
        self._saved = self._cursor.read() if self._cursor else None
        store_id, seq = self._start
        if self._saved:
            store_id, seq = self._saved.store_id, self._saved.seq
        self._merge = StreamMerge(store_id=store_id, seq=seq, capacity=_HIGH_WATER)
        self._context = zmq.Context()
        try:
            self._sub = self._subscribe()
            self._replay = ReplayClient(self._context, self._replay_address, self._clock)
        except zmq.ZMQError as exc:
            self._context.destroy(linger=0)
            raise ConfigError(
                f"cannot connect to {self._publish_address} and {self._replay_address}: {exc}"
            ) from exc
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Disconnect. An item that was given but not taken comes again next time."""
        self._context.destroy(linger=0)

    def __iter__(self) -> Iterator[Item]:
        """Give items for ever; waits as long as it takes."""
        return self.messages()

    def messages(self, timeout_s: float | None = None) -> Iterator[Item]:
        """Give items until none comes for `timeout_s`; call it again to go on."""
        while True:
            self.acknowledge()
            item = self._next(timeout_s)
            if item is None:
                return
            yield item

    def acknowledge(self) -> None:
        """Count all that was given as taken. Raises StorageError for an unwritable cursor."""
        if self._cursor and self._given and self._given != self._saved:
            self._cursor.write(self._given)
            self._saved = self._given

    @property
    def position(self) -> Position | None:
        """After the last item that was given; None before the first contact."""
        return self._given

    @property
    def was_heard(self) -> bool:
        """Whether the daemon was heard at all since the start."""
        return self._was_heard

    @property
    def silent_s(self) -> float:
        """Seconds since the daemon was heard, or since the start."""
        return self._clock() - self._heard_s

    @property
    def counts(self) -> SubscriberCounts:
        """Since the start."""
        return SubscriberCounts(
            live=self._live,
            replayed=self._replayed,
            dropped=self._merge.dropped,
            malformed=self._malformed,
            failed_replays=self._failed_replays,
        )

    def _next(self, timeout_s: float | None) -> Item | None:
        deadline_s = None if timeout_s is None else self._clock() + timeout_s
        while True:
            item = self._take_step()
            if item is not None:
                return item
            left_s = _POLL_S if deadline_s is None else deadline_s - self._clock()
            self._listen(max(0.0, min(_POLL_S, left_s)))
            if left_s <= 0 and not self._steps and not self._extras:
                return None

    def _take_step(self) -> Item | None:
        """Take the next item that the user wants; None where there is none yet."""
        while self._extras:
            message = self._extras.popleft()
            if self._wants(message):
                return message
        while self._steps:
            step = self._steps.popleft()
            self._given = step.position
            if isinstance(step.item, Message) and not self._wants(step.item):
                continue
            return step.item
        # What was not wanted is behind too, and so is "now" at the first contact.
        self._given = self._merge.position
        self.acknowledge()
        return None

    def _wants(self, message: Message) -> bool:
        return self._selected(message) and self._accept(message)

    def _listen(self, wait_s: float) -> None:
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
            self._replay.give_up()

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
        self._was_heard = True

    def _hear_ephemeral(self, message: Message) -> None:
        last_seq = message.body.get("last_seq")
        if type(last_seq) is int:
            self._merge.heartbeat(message.store_id, last_seq)
        if self._ephemeral and message.body.get("event_id") not in self._closed_events:
            self._extras.append(message)

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
            _log.warning("the daemon cannot replay now: %s", answer.header.detail)
        self._replayed += len(answer.messages)
        self._queue(self._merge.answer(answer.header, answer.messages))

    def _queue(self, steps: list[Step]) -> None:
        self._steps.extend(steps)
        for step in steps:
            if isinstance(step.item, Message) and "event_id" in step.item.body:
                # A replay may overtake the live stream: its `start` would never be closed.
                self._closed_events.append(str(step.item.body["event_id"]))

    def _subscribe(self) -> zmq.Socket[bytes]:
        sub = patient_socket(self._context, zmq.SUB, self._publish_address)
        sub.setsockopt(zmq.RCVHWM, _HIGH_WATER)
        sub.setsockopt(zmq.MAXMSGSIZE, _LARGEST_FRAME_BYTES)
        sub.subscribe("")
        sub.connect(self._publish_address)
        return sub
