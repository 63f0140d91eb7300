from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coughd.daemon.stream.items import Item, Message, Position, StoreChanged, Truncated
from coughd.daemon.stream.merge import Step, StreamMerge
from coughd.daemon.stream.replay_protocol import END_OF_TIME_SEQ, ReplayHeader

from .fakes import FakeOutbox, durable, message_of


def message(seq: int, store_id: str = "A") -> Message:
    return message_of(durable(seq, store_id=store_id))


class FakeServer:
    """A store with what a replay socket would answer about it."""

    def __init__(self, store_id: str = "A", last_seq: int = 0) -> None:
        self.store_id = store_id
        self.boot_id = "boot"
        self.last_seq = 0
        self.outbox = FakeOutbox()
        for _ in range(last_seq):
            self.commit()

    def commit(self) -> Message:
        self.last_seq += 1
        row = durable(self.last_seq, store_id=self.store_id, boot_id=self.boot_id)
        self.outbox.append(row)
        return message_of(row)

    def boot(self, number: int = 1) -> None:
        self.boot_id = f"boot-{number}"

    def go_back_to(self, seq: int) -> None:
        self.outbox.go_back_to(seq)
        self.last_seq = seq

    def answer(self, since_seq: int, limit: int = 4) -> tuple[ReplayHeader, list[Message]]:
        page = self.outbox.page(since_seq, limit)
        header = ReplayHeader(
            "truncated" if page.status == "truncated" else "ok",
            self.store_id,
            self.boot_id,
            since_seq,
            page.oldest_seq,
            page.last_seq,
            len(page.rows),
            "",
        )
        return header, [message_of(row) for row in page.rows]


def items(steps: list[Step]) -> list[Item | int]:
    return [step.item.seq or 0 if isinstance(step.item, Message) else step.item for step in steps]


def catch_up(merge: StreamMerge, server: FakeServer) -> list[Step]:
    """Ask until nothing is missing, as the subscriber would."""
    steps: list[Step] = []
    for _ in range(1000):
        since_seq = merge.missing_since
        if since_seq is None:
            return steps
        steps += merge.answer(*server.answer(since_seq))
    pytest.fail("it never stops asking")


def test_from_now_begins_at_the_end_of_the_store() -> None:
    merge = StreamMerge(store_id=None, seq=None)
    assert merge.missing_since == END_OF_TIME_SEQ
    server = FakeServer(last_seq=7)
    assert catch_up(merge, server) == []
    assert merge.position == Position("A", 7)
    assert items(merge.live(server.commit())) == [8]


def test_from_now_begins_before_the_first_message_that_was_heard() -> None:
    merge = StreamMerge(store_id=None, seq=None)
    server = FakeServer(last_seq=7)
    heard = server.commit()
    server.commit()
    assert merge.live(heard) == []
    assert items(catch_up(merge, server)) == [8, 9]


def test_from_zero_gives_everything_that_is_kept() -> None:
    merge = StreamMerge(store_id=None, seq=0)
    assert items(catch_up(merge, FakeServer(last_seq=9))) == list(range(1, 10))


def test_an_empty_store_is_no_reason_to_ask_for_ever() -> None:
    merge = StreamMerge(store_id=None, seq=0)
    assert catch_up(merge, FakeServer()) == []
    assert merge.position == Position("A", 0)


def test_what_the_live_stream_lost_is_asked_for_and_put_in_its_place() -> None:
    server = FakeServer(last_seq=3)
    merge = StreamMerge(store_id="A", seq=3)
    catch_up(merge, server)
    four, five, six = (server.commit() for _ in range(3))
    assert items(merge.live(four)) == [4]
    assert merge.live(six) == []
    assert merge.missing_since == 4
    assert items(merge.answer(*server.answer(4, limit=1))) == [5, 6]
    assert merge.missing_since is None
    assert merge.live(five) == []


def test_a_lost_tail_shows_in_the_heartbeat() -> None:
    server = FakeServer(last_seq=3)
    merge = StreamMerge(store_id="A", seq=3)
    catch_up(merge, server)
    server.commit()
    merge.heartbeat("A", "boot", 4)
    assert items(catch_up(merge, server)) == [4]


def test_what_is_no_longer_kept_is_told_once_and_the_rest_follows() -> None:
    server = FakeServer(last_seq=9)
    server.outbox.prune_below(6)
    merge = StreamMerge(store_id="A", seq=2)
    steps = catch_up(merge, server)
    assert items(steps) == [Truncated(oldest_seq=6, asked_since=2), 6, 7, 8, 9]
    assert steps[0].position == Position("A", 5)


def test_a_truncation_that_the_live_stream_overtook_is_none() -> None:
    server = FakeServer(last_seq=3)
    merge = StreamMerge(store_id="A", seq=3)
    catch_up(merge, server)
    four = server.commit()
    merge.heartbeat("A", "boot", 4)
    assert merge.missing_since == 3
    late = ReplayHeader("truncated", "A", "boot", 3, 5, 4, 0, "")
    merge.live(four)
    assert merge.answer(late, []) == []
    assert merge.position == Position("A", 4)


def test_another_store_is_told_and_given_from_its_beginning() -> None:
    merge = StreamMerge(store_id="A", seq=40)
    steps = catch_up(merge, FakeServer("B", last_seq=3))
    assert items(steps) == [StoreChanged(before="A", now="B"), 1, 2, 3]
    assert steps[0].position == Position("B", 0)


def test_another_store_is_noticed_by_heartbeat_and_by_live_message() -> None:
    for notice in ("heartbeat", "live"):
        merge = StreamMerge(store_id="A", seq=2)
        catch_up(merge, FakeServer("A", last_seq=2))
        server = FakeServer("B", last_seq=2)
        if notice == "heartbeat":
            merge.heartbeat("B", "boot", 2)
        else:
            assert merge.live(server.commit()) == []
        steps = catch_up(merge, server)
        assert items(steps)[:3] == [StoreChanged(before="A", now="B"), 1, 2]


def test_a_straggler_of_the_former_store_does_not_turn_back() -> None:
    merge = StreamMerge(store_id="A", seq=2)
    server = FakeServer("B", last_seq=3)
    catch_up(merge, server)
    assert merge.live(message(3, "A")) == []
    assert catch_up(merge, server) == []
    assert merge.position == Position("B", 3)


def test_a_store_that_went_back_is_told() -> None:
    merge = StreamMerge(store_id="A", seq=9)
    steps = catch_up(merge, FakeServer("A", last_seq=3))
    assert items(steps) == [StoreChanged(before="A", now="A"), 1, 2, 3]


@pytest.mark.parametrize("notice", ["heartbeat", "live"])
def test_a_store_that_went_back_while_it_is_listened_to_is_told(notice: str) -> None:
    """Its new messages have numbers that are behind already."""
    server = FakeServer(last_seq=9)
    merge = StreamMerge(store_id="A", seq=9)
    catch_up(merge, server)
    lost = server.commit()
    server.boot()
    server.go_back_to(7)
    if notice == "heartbeat":
        merge.heartbeat("A", server.boot_id, server.last_seq)
    else:
        assert merge.live(server.commit()) == []
    steps = catch_up(merge, server)
    told = [StoreChanged(before="A", now="A"), *range(1, server.last_seq + 1)]
    assert items(steps) == told
    # What the former run told is not taken for what has its number now.
    merge.live(lost)
    catch_up(merge, server)
    while server.last_seq < 9:
        merge.live(server.commit())
    (step,) = merge.live(server.commit())
    assert isinstance(step.item, Message)
    assert (step.item.seq, step.item.boot_id) == (10, server.boot_id)


def test_a_daemon_that_was_only_restarted_costs_one_question() -> None:
    server = FakeServer(last_seq=3)
    merge = StreamMerge(store_id="A", seq=3)
    catch_up(merge, server)
    server.boot()
    assert merge.live(server.commit()) == []
    assert items(merge.answer(*server.answer(3))) == [4]
    assert items(merge.live(server.commit())) == [5]
    assert merge.missing_since is None


def test_an_answer_that_the_live_stream_overtook_is_no_step_back() -> None:
    server = FakeServer(last_seq=3)
    merge = StreamMerge(store_id="A", seq=3)
    catch_up(merge, server)
    merge.heartbeat("A", "boot", 4)
    late = server.answer(3)
    for _ in range(3):
        merge.live(server.commit())
    assert merge.answer(*late) == []
    assert merge.position == Position("A", 6)


def test_an_error_changes_nothing() -> None:
    merge = StreamMerge(store_id="A", seq=3)
    error = ReplayHeader("error", "A", "boot", 3, 0, 0, 0, "the disk is gone")
    assert merge.answer(error, []) == []
    assert merge.missing_since == 3


def test_a_seq_that_the_store_does_not_have_is_not_waited_for() -> None:
    merge = StreamMerge(store_id="A", seq=1)
    header = ReplayHeader("ok", "A", "boot", 1, 1, 4, 2, "")
    assert items(merge.answer(header, [message(3), message(4)])) == [3, 4]
    assert merge.missing_since is None


def test_what_waits_is_bounded_counted_and_comes_by_replay() -> None:
    server = FakeServer(last_seq=1)
    merge = StreamMerge(store_id="A", seq=1, capacity=3)
    catch_up(merge, server)
    server.commit()
    for _ in range(10):
        merge.live(server.commit())
    assert merge.dropped == 7
    assert items(catch_up(merge, server)) == list(range(2, 13))


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
