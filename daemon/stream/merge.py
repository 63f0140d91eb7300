"""Joins live messages and replayed pages into every durable message once and in order. No I/O.

The live stream may lose, begin late or run ahead; only the answer to a replay request is believed
about which store there is and what it holds. It is asked for anew with every run of the daemon: the
same store may have been put back to an earlier state meanwhile, and then gives known numbers to
other messages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .items import Item, Message, Position, StoreChanged, Truncated
from .replay_protocol import END_OF_TIME_SEQ, ReplayHeader


@dataclass(frozen=True, slots=True)
class Step:
    """An item for the user, and where the user stands once it is taken."""

    item: Item
    position: Position


class StreamMerge:
    """Where one subscriber stands. One thread.

    Parameters
    ----------
    store_id, seq
        All of that store up to `seq` is behind; without a store id it is the store that answers
        first, without a `seq` it is the end of the store at the first contact.
    capacity
        Live messages that may wait for an earlier one; beyond it the newest is dropped and counted,
        since a replay brings it again.
    """

    def __init__(self, *, store_id: str | None, seq: int | None, capacity: int = 10_000) -> None:
        self._store_id = store_id
        self._boot_id = ""  # of the last answer
        self._seq = seq
        self._capacity = capacity
        self._waiting: dict[int, Message] = {}
        self._known_last = 0
        self._in_doubt = True  # which store there is, and in which state; until an answer says so
        self.dropped = 0
        """Live messages that found no room."""

    @property
    def position(self) -> Position | None:
        """Up to where everything has become a step; None before the first contact."""
        if self._store_id is None or self._seq is None:
            return None
        return Position(self._store_id, self._seq)

    @property
    def missing_since(self) -> int | None:
        """The `since_seq` of the replay request that is due; None where nothing is missing."""
        if self._seq is None:
            return END_OF_TIME_SEQ
        if self._in_doubt or self._known_last > self._seq:
            return self._seq
        return None

    def live(self, message: Message) -> list[Step]:
        """Take a durable message off the live stream."""
        if message.seq is None:
            raise ValueError("only durable messages are merged")
        if not self._is_known(message.store_id, message.boot_id):
            self._in_doubt = True
        if self._seq is not None and message.seq <= self._seq and not self._in_doubt:
            return []
        if not self._in_doubt:
            self._known_last = max(self._known_last, message.seq)
        if len(self._waiting) < self._capacity or message.seq - 1 == self._seq:
            self._waiting[message.seq] = message
        else:
            self.dropped += 1
        return [] if self._in_doubt else self._release()

    def heartbeat(self, store_id: str, boot_id: str, last_seq: int) -> None:
        """Learn how far the store reaches."""
        if not self._is_known(store_id, boot_id):
            self._in_doubt = True
        elif not self._in_doubt:
            self._known_last = max(self._known_last, last_seq)

    def answer(self, header: ReplayHeader, messages: Sequence[Message]) -> list[Step]:
        """Take the answer to a request for `missing_since`; an error changes nothing."""
        if header.status == "error":
            return []
        former, self._store_id, self._in_doubt = self._store_id, header.store_id, False
        self._boot_id = header.boot_id
        went_back = self._seq is not None and header.last_seq < header.since_seq
        self._waiting = {
            seq: message
            for seq, message in self._waiting.items()
            if self._is_known(message.store_id, message.boot_id)
        }
        heard_last = max([header.last_seq, *self._waiting])
        if self._seq is None:
            # "From now" begins before the first message that was heard.
            self._known_last = heard_last
            self._seq = min([header.last_seq, *(seq - 1 for seq in self._waiting)])
            return self._release()
        if former not in {None, header.store_id} or went_back:
            self._known_last = heard_last
            self._seq = 0
            return [self._step(StoreChanged(before=former or header.store_id, now=header.store_id))]
        self._known_last = max(self._known_last, heard_last)
        if header.status == "truncated":
            return self._skip_to(header.oldest_seq)
        return self._take_page(messages)

    def _is_known(self, store_id: str, boot_id: str) -> bool:
        return (store_id, boot_id) == (self._store_id, self._boot_id)

    def _skip_to(self, oldest_seq: int) -> list[Step]:
        asked_since = self._seq or 0
        if oldest_seq - 1 <= asked_since:
            return []  # while we asked, the live stream brought it
        self._seq = oldest_seq - 1
        self._forget_passed()
        return [self._step(Truncated(oldest_seq=oldest_seq, asked_since=asked_since))]

    def _take_page(self, messages: Sequence[Message]) -> list[Step]:
        steps = []
        for message in messages:
            if message.seq is not None and message.seq > (self._seq or 0):
                self._seq = message.seq
                steps.append(self._step(message))
        self._forget_passed()
        return steps + self._release()

    def _release(self) -> list[Step]:
        """Let go what follows without a gap."""
        steps = []
        while self._seq is not None and self._seq + 1 in self._waiting:
            self._seq += 1
            steps.append(self._step(self._waiting.pop(self._seq)))
        return steps

    def _forget_passed(self) -> None:
        passed = self._seq or 0
        self._waiting = {seq: kept for seq, kept in self._waiting.items() if seq > passed}

    def _step(self, item: Item) -> Step:
        return Step(item, Position(self._store_id or "", self._seq or 0))
