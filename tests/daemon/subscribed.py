"""What a subscriber was given, waited for."""

from __future__ import annotations

import itertools

from coughd.daemon.stream.items import Item, Message, Position
from coughd.daemon.subscriber import Subscriber

from .stream.fakes import FakeDaemon

WAIT_S = 120.0


def take(subscriber: Subscriber, count: int) -> list[Item]:
    got = list(itertools.islice(subscriber.messages(WAIT_S), count))
    assert len(got) == count, got
    return got


def seqs(got: list[Item]) -> list[int | None]:
    assert all(isinstance(item, Message) for item in got), got
    return [item.seq for item in got if isinstance(item, Message)]


def at_the_end(subscriber: Subscriber, daemon: FakeDaemon) -> bool:
    """Let it make its first contact: nothing is missing any more."""
    here = Position(daemon.store_id, daemon.last_seq)
    for _ in range(int(WAIT_S / 0.05)):
        assert list(subscriber.messages(0.05)) == []
        if subscriber.position == here:
            return True
    return False
