"""A merge on a wire that loses, stalls and comes late."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from coughd.daemon.stream.items import Item, Message, Position
from coughd.daemon.stream.merge import StreamMerge
from coughd.daemon.stream.replay_protocol import ReplayHeader

from .fake_server import FakeServer, catch_up, items


class FakeWire:
    """A live stream that loses and stalls, answers that come late or never, and a subscriber that
    is restarted from where it stood."""

    def __init__(self, seed: int, start: int | None) -> None:
        self.chance = random.Random(seed)
        self.server = FakeServer(last_seq=8)
        self.merge = StreamMerge(store_id=None, seq=start, capacity=5)
        self.under_way: list[Message] = []
        self.late: tuple[ReplayHeader, list[Message]] | None = None
        self.got: list[Item | int] = []
        self.boots = 0

    def reboot(self) -> None:
        if self.chance.random() < 0.3:
            self.boots += 1
            self.server.boot(self.boots)

    def commit(self) -> None:
        sent = self.server.commit()
        if self.chance.random() < 0.7:
            self.under_way.append(sent)

    def hear(self) -> None:
        if self.under_way:
            self.got += items(self.merge.live(self.under_way.pop(0)))

    def beat(self) -> None:
        self.merge.heartbeat("A", self.server.boot_id, self.server.last_seq)

    def ask(self) -> None:
        if self.late is None and self.merge.missing_since is not None:
            self.late = self.server.answer(self.merge.missing_since, limit=3)

    def take(self) -> None:
        if self.late is not None and self.chance.random() < 0.9:
            self.got += items(self.merge.answer(*self.late))
        self.late = None

    def restart(self) -> None:
        stands = self.merge.position
        if stands and self.chance.random() < 0.3:
            self.merge = StreamMerge(store_id=stands.store_id, seq=stands.seq, capacity=5)
            self.late = None


@given(seed=st.integers(0, 2**32), start=st.sampled_from([None, 0, 5]))
def test_every_durable_message_comes_once_and_in_order(seed: int, start: int | None) -> None:
    wire = FakeWire(seed, start)
    acts = [wire.commit, wire.commit, wire.hear, wire.hear, wire.beat, wire.ask, wire.take]
    for _ in range(150):
        wire.chance.choice([*acts, wire.restart, wire.reboot])()
    wire.beat()
    wire.got += items(catch_up(wire.merge, wire.server))
    last_seq = wire.server.last_seq
    first_seq = last_seq - len(wire.got) + 1 if start is None else start + 1
    assert wire.got == list(range(first_seq, last_seq + 1))
    assert wire.merge.position == Position("A", last_seq)
