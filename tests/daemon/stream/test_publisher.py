from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import zmq
from patience import PATIENCE_S

from coughd.config.errors import ConfigError
from coughd.daemon.stream.publisher import Publisher
from coughd.storage.messages import Message

from .fakes import durable, heartbeat, start_message

WAIT_MS = 120_000


@contextmanager
def listening(address: str) -> Iterator[zmq.Socket[bytes]]:
    """A subscriber of the bare protocol that has been heard by the publisher."""
    with zmq.Context() as context, context.socket(zmq.SUB) as ear:
        ear.subscribe("")
        ear.setsockopt(zmq.RCVTIMEO, WAIT_MS)
        ear.connect(address)
        topic = b""
        while not topic.startswith(b"system.health"):
            topic, _ = ear.recv_multipart()
        yield ear


def after_heartbeats(ear: zmq.Socket[bytes]) -> Message:
    while True:
        topic, body = ear.recv_multipart()
        if not topic.startswith(b"system.health"):
            return Message(topic.decode(), body.decode())


def test_rows_go_out_as_they_are_stored_and_in_order(tmp_path: Path) -> None:
    rows = [durable(seq) for seq in range(5, 25)]
    with (
        Publisher(
            f"ipc://{tmp_path}/events.sock",
            heartbeat=heartbeat,
            heartbeat_s=0.05,
            last_seq=4,
            oldest_seq=1,
        ) as publisher,
        listening(publisher.address) as ear,
    ):
        publisher.publish(rows[:7])
        publisher.publish_ephemeral(start_message("x"))
        publisher.publish(rows[7:])
        heard = [after_heartbeats(ear) for _ in range(21)]
    sent = [Message(row.topic, row.body) for row in rows]
    assert heard == [*sent[:7], start_message("x"), *sent[7:]]


def test_heartbeats_tell_how_far_the_store_reaches(tmp_path: Path) -> None:
    with (
        Publisher(
            f"ipc://{tmp_path}/events.sock",
            heartbeat=heartbeat,
            heartbeat_s=0.05,
            last_seq=4,
            oldest_seq=1,
        ) as publisher,
        listening(publisher.address) as ear,
    ):
        publisher.publish([durable(5), durable(6)])
        publisher.kept_from(3)
        after_heartbeats(ear)
        after_heartbeats(ear)
        body: dict[str, object] = {}
        while (body.get("last_seq"), body.get("oldest_seq")) != (6, 3):
            topic, raw = ear.recv_multipart()
            assert topic == b"system.health.home.node"
            body = json.loads(raw)


def test_the_first_message_of_an_empty_store_is_its_oldest(tmp_path: Path) -> None:
    with Publisher(
        f"ipc://{tmp_path}/events.sock",
        heartbeat=heartbeat,
        heartbeat_s=0.05,
        last_seq=0,
        oldest_seq=0,
    ) as publisher:
        publisher.publish([durable(1), durable(2)])
        assert (publisher.counts.oldest_seq, publisher.counts.last_seq) == (1, 2)


def test_a_full_queue_drops_counts_and_still_tells_the_last_seq(tmp_path: Path) -> None:
    in_heartbeat = threading.Event()
    go_on = threading.Event()
    reaches: list[tuple[int, int]] = []

    def blocking_heartbeat(last_seq: int, oldest_seq: int) -> Message:
        reaches.append((last_seq, oldest_seq))
        in_heartbeat.set()
        assert go_on.wait(PATIENCE_S)
        return heartbeat(last_seq, oldest_seq)

    with Publisher(
        f"ipc://{tmp_path}/events.sock",
        heartbeat=blocking_heartbeat,
        heartbeat_s=0.01,
        last_seq=0,
        oldest_seq=1,
        queue_size=3,
    ) as publisher:
        assert in_heartbeat.wait(PATIENCE_S)
        publisher.publish([durable(seq) for seq in range(1, 6)])
        publisher.publish_ephemeral(start_message("x"))
        counts = publisher.counts
        assert (counts.waiting, counts.dropped_durable, counts.dropped_ephemeral) == (3, 2, 1)
        in_heartbeat.clear()
        go_on.set()
        assert in_heartbeat.wait(PATIENCE_S)
    assert reaches[1] == (5, 1)
    assert publisher.counts.sent == 3


def test_a_subscriber_that_does_not_read_holds_nobody_up(tmp_path: Path) -> None:
    with (
        Publisher(
            f"ipc://{tmp_path}/events.sock",
            heartbeat=heartbeat,
            heartbeat_s=0.05,
            last_seq=0,
            oldest_seq=1,
            high_water=10,
            queue_size=100_000,
        ) as publisher,
        listening(publisher.address),
    ):
        publisher.publish([durable(seq) for seq in range(1, 20_001)])
    assert publisher.counts.sent == 20_000


def test_leaving_sends_what_waits_stops_the_thread_and_removes_the_socket(tmp_path: Path) -> None:
    path = tmp_path / "events.sock"
    publisher = Publisher(
        f"ipc://{path}", heartbeat=heartbeat, heartbeat_s=0.05, last_seq=0, oldest_seq=1
    )
    with publisher:
        assert publisher.is_alive
        publisher.publish([durable(seq) for seq in range(1, 101)])
    assert publisher.counts.sent == 100
    assert not publisher.is_alive
    assert not path.exists()


def test_an_address_that_cannot_be_used_leaves_no_thread_behind() -> None:
    before = threading.active_count()
    publisher = Publisher(
        "tcp://*:5555", heartbeat=heartbeat, heartbeat_s=1, last_seq=0, oldest_seq=1
    )
    with pytest.raises(ConfigError), publisher:
        pass
    assert threading.active_count() == before
