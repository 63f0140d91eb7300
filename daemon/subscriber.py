"""The Python client: every durable message once and in order, across restarts of either side.

    with Subscriber("ipc:///run/coughd/events.sock", "ipc:///run/coughd/replay.sock") as coughs:
        for item in coughs:
            ...

Importing this needs ZeroMQ and nothing else that is not Python's own.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Self

from ..config.errors import UsageError
from .stream.client_key import ClientKey, read_client_key
from .stream.cursor import CursorFile
from .stream.feed import StreamFeed, SubscriberCounts
from .stream.items import Item, Message, Position, StoreChanged, Truncated, selector

__all__ = [
    "Item",
    "Message",
    "Position",
    "StoreChanged",
    "Subscriber",
    "SubscriberCounts",
    "Truncated",
]

_POLL_S = 0.25


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
        What the user wants (see `stream.items.selector`); empty wants all.
    accept
        A further condition of the user's own.
    key
        The file that `coughd keys new` made; needed where the daemon's addresses are `tcp://` with
        keys. Entering raises InputError where it is none, or where others may read it, and
        ConfigError where there is none for an address off this machine.
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
        key: ClientKey | Path | None = None,
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
        self._key = key
        self._clock = clock
        self._given: Position | None = None
        """The position after everything that was handed out or not wanted; not yet taken."""
        self._saved: Position | None = None

    def __enter__(self) -> Self:
        """Connect; does not wait for the daemon."""
        self._given = None
        self._saved = self._cursor.read() if self._cursor else None
        store_id, seq = self._start
        if self._saved:
            store_id, seq = self._saved.store_id, self._saved.seq
        key = read_client_key(self._key) if isinstance(self._key, Path) else self._key
        self._feed = StreamFeed(
            self._publish_address,
            self._replay_address,
            (store_id, seq),
            ephemeral=self._ephemeral,
            clock=self._clock,
            key=key,
        )
        return self

    def __exit__(self, *_: object) -> None:
        """Disconnect. An item that was given but not taken comes again next time."""
        self._feed.close()

    def __iter__(self) -> Iterator[Item]:
        """Give items for ever; waits as long as it takes."""
        return self.messages()

    def messages(self, timeout_s: float | None = None) -> Iterator[Item]:
        """Give items until none comes for `timeout_s`, which may be never; call again to go on."""
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
        return self._feed.was_heard

    @property
    def silent_s(self) -> float:
        """Seconds since the daemon was heard, or since the start."""
        return self._feed.silent_s

    @property
    def refused(self) -> bool:
        """Whether the daemon refuses this key, or wants one, or is another than the key's."""
        return self._feed.refused

    @property
    def counts(self) -> SubscriberCounts:
        """Since the start."""
        return self._feed.counts

    def _next(self, timeout_s: float | None) -> Item | None:
        deadline_s = None if timeout_s is None else self._clock() + timeout_s
        while True:
            item = self._take_step()
            if item is not None:
                return item
            left_s = _POLL_S if deadline_s is None else deadline_s - self._clock()
            self._feed.listen(max(0.0, min(_POLL_S, left_s)))
            if left_s <= 0 and not self._feed.steps and not self._feed.extras:
                return None

    def _take_step(self) -> Item | None:
        """Take the next item that the user wants; None where there is none yet."""
        while self._feed.extras:
            message = self._feed.extras.popleft()
            if self._wants(message):
                return message
        while self._feed.steps:
            step = self._feed.steps.popleft()
            self._given = step.position
            if isinstance(step.item, Message) and not self._wants(step.item):
                continue
            return step.item
        # What was not wanted is behind too, and so is "now" at the first contact.
        self._given = self._feed.position
        self.acknowledge()
        return None

    def _wants(self, message: Message) -> bool:
        return self._selected(message) and self._accept(message)
