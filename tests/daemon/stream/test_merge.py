from __future__ import annotations

import pytest

from coughd.daemon.stream.items import Message, Position, StoreChanged, Truncated
from coughd.daemon.stream.merge import StreamMerge
from coughd.daemon.stream.replay_protocol import END_OF_TIME_SEQ, ReplayHeader

from .fake_server import FakeServer, catch_up, items
from .fakes import durable, message_of


def message(seq: int, store_id: str = "A") -> Message:
    return message_of(durable(seq, store_id=store_id))


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
