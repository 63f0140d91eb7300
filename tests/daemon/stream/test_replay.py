from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import zmq
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coughd.daemon.stream.replay import ReplayServer
from coughd.daemon.stream.replay_client import ReplayClient
from coughd.daemon.stream.replay_protocol import (
    END_OF_TIME_SEQ,
    ReplayHeader,
    ReplayRequest,
    encode_request,
    parse_header,
)

from .fakes import FakeOutbox, durable

WAIT_MS = 120_000
ROWS = [durable(seq) for seq in range(1, 31)]


@contextmanager
def asking(address: str, kind: int = zmq.DEALER) -> Iterator[zmq.Socket[bytes]]:
    with zmq.Context() as context, context.socket(kind) as client:
        client.setsockopt(zmq.RCVTIMEO, WAIT_MS)
        client.setsockopt(zmq.LINGER, 0)
        client.connect(address)
        yield client


def ask(client: zmq.Socket[bytes], since_seq: int, limit: int = 10) -> list[bytes]:
    client.send(encode_request(ReplayRequest(since_seq, limit)))
    return client.recv_multipart()


@pytest.fixture
def outbox() -> FakeOutbox:
    return FakeOutbox(ROWS)


@pytest.fixture
def server(outbox: FakeOutbox, tmp_path: Path) -> Iterator[ReplayServer]:
    with ReplayServer(
        f"ipc://{tmp_path}/replay.sock",
        outbox=outbox,
        store_id=lambda: "A",
        boot_id="boot",
        largest_page=12,
    ) as server:
        yield server


@pytest.fixture
def client(server: ReplayServer) -> Iterator[zmq.Socket[bytes]]:
    with asking(server.address) as client:
        yield client


def test_a_page_is_what_is_stored_byte_for_byte(client: zmq.Socket[bytes]) -> None:
    header, *frames = ask(client, since_seq=7)
    assert parse_header(header) == ReplayHeader("ok", "A", "boot", 7, 1, 30, 10, "")
    expected = [part.encode() for row in ROWS[7:17] for part in (row.topic, row.body)]
    assert frames == expected


def test_a_larger_limit_is_lowered(client: zmq.Socket[bytes]) -> None:
    header, *_ = ask(client, since_seq=0, limit=1_000_000)
    assert parse_header(header).count == 12


def test_nothing_newer_is_an_empty_page(client: zmq.Socket[bytes]) -> None:
    for since_seq in (30, 31, END_OF_TIME_SEQ):
        header, *frames = ask(client, since_seq)
        assert parse_header(header) == ReplayHeader("ok", "A", "boot", since_seq, 1, 30, 0, "")
        assert frames == []


def test_what_is_no_longer_kept_is_said(
    client: zmq.Socket[bytes], outbox: FakeOutbox, server: ReplayServer
) -> None:
    outbox.prune_below(20)
    header, *frames = ask(client, since_seq=7)
    assert parse_header(header) == ReplayHeader("truncated", "A", "boot", 7, 20, 30, 0, "")
    assert frames == []
    header, *_ = ask(client, since_seq=19)
    assert parse_header(header).count == 10
    assert server.counts.truncated == 1


def test_an_unreadable_store_is_an_answer_and_not_the_end(
    client: zmq.Socket[bytes], outbox: FakeOutbox, server: ReplayServer
) -> None:
    outbox.fail = True
    assert parse_header(ask(client, 5)[0]) == ReplayHeader(
        "error", "A", "boot", 5, 0, 0, 0, "the disk is gone"
    )
    outbox.fail = False
    assert parse_header(ask(client, 5)[0]).status == "ok"
    assert server.counts.failed == 1


@pytest.mark.parametrize(
    ("frames", "says"),
    [
        ([b"garbage"], "not JSON"),
        ([b"\xff\xfe"], "not JSON"),
        ([b"[" * 60_000], "not JSON"),
        ([b"[]"], "not a JSON object"),
        ([b"{}"], "schema must be"),
        ([b'{"schema":"coughd.replay/2","since_seq":1,"limit":1}'], "schema must be"),
        ([b'{"schema":"coughd.replay/1","since_seq":true,"limit":1}'], "since_seq"),
        ([b'{"schema":"coughd.replay/1","since_seq":-1,"limit":1}'], "since_seq"),
        ([b'{"schema":"coughd.replay/1","since_seq":9223372036854775808,"limit":1}'], "since_seq"),
        ([b'{"schema":"coughd.replay/1","since_seq":1.5,"limit":1}'], "since_seq"),
        ([b'{"schema":"coughd.replay/1","since_seq":' + b"9" * 5000 + b',"limit":1}'], "not JSON"),
        ([b'{"schema":"coughd.replay/1","since_seq":1,"limit":0}'], "limit"),
        ([b'{"schema":"coughd.replay/1","since_seq":1,"limit":"x"}'], "limit"),
        ([b" " * 70_000], "at most 65536 bytes"),
        ([b"{}", b"{}"], "one frame"),
        ([b"", b""], "not JSON"),
    ],
)
def test_a_question_that_breaks_the_protocol_is_refused(
    client: zmq.Socket[bytes], server: ReplayServer, frames: list[bytes], says: str
) -> None:
    client.send_multipart(frames)
    header = parse_header(client.recv_multipart()[-1])
    assert header.status == "error"
    assert says in header.detail
    assert server.counts.refused == 1
    assert parse_header(ask(client, 0)[0]).status == "ok"


def test_a_giant_frame_ends_its_connection_only(
    client: zmq.Socket[bytes], server: ReplayServer
) -> None:
    with asking(server.address) as giant:
        giant.send(b"x" * 1_000_000)
        assert parse_header(ask(client, 0)[0]).status == "ok"
    assert server.is_alive


def test_a_req_socket_is_served_too(server: ReplayServer) -> None:
    with asking(server.address, zmq.REQ) as client:
        assert parse_header(ask(client, 0)[0]).count == 10


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(frames=st.lists(st.binary(max_size=200), min_size=1, max_size=4))
def test_no_frames_stop_the_server(client: zmq.Socket[bytes], frames: list[bytes]) -> None:
    client.send_multipart(frames)
    assert parse_header(client.recv_multipart()[-1]).status == "error"


def test_the_header_says_its_schema(client: zmq.Socket[bytes]) -> None:
    assert json.loads(ask(client, 30)[0])["schema"] == "coughd.replay/1"


def test_leaving_stops_the_thread_and_removes_the_socket(
    outbox: FakeOutbox, tmp_path: Path
) -> None:
    path = tmp_path / "other.sock"
    server = ReplayServer(f"ipc://{path}", outbox=outbox, store_id=lambda: "A", boot_id="boot")
    with server:
        assert server.is_alive
    assert not server.is_alive
    assert not path.exists()


def test_who_asks_too_often_is_told_to_wait_and_others_are_answered(tmp_path: Path) -> None:
    outbox = FakeOutbox(ROWS)
    server = ReplayServer(
        f"ipc://{tmp_path}/replay.sock",
        outbox=outbox,
        store_id=lambda: "A",
        boot_id="boot",
        questions_per_s=1.0,
    )
    with server, asking(server.address) as greedy, asking(server.address) as modest:
        answers = [parse_header(ask(greedy, since_seq=0)[0]) for _ in range(20)]
        assert parse_header(ask(modest, since_seq=0)[0]).status == "ok"
        assert [each.status for each in answers[:2]] == ["ok", "ok"]
        refused = [each for each in answers if each.status == "error"]
        assert refused
        assert "more than 1 questions in a second: wait" in refused[0].detail
        assert server.counts.too_often == len(refused)


def test_the_client_waits_longer_each_time_it_is_told_to(tmp_path: Path) -> None:
    now_s = [0.0]
    outbox = FakeOutbox(ROWS)
    outbox.fail = True
    server = ReplayServer(
        f"ipc://{tmp_path}/replay.sock", outbox=outbox, store_id=lambda: "A", boot_id="boot"
    )
    with server, zmq.Context() as context:
        client = ReplayClient(context, server.address, lambda: now_s[0])
        client.ask(0)
        waits = []
        for _ in range(7):
            assert client.socket.poll(10_000)
            answer = client.take()
            assert answer is not None
            assert answer.header.status == "error"
            answered_s = now_s[0]
            while client._asked is None:
                now_s[0] += 0.25
                client.ask(0)
            waits.append(now_s[0] - answered_s)
        client.close()
    assert waits == [1.0, 2.0, 4.0, 8.0, 8.0, 8.0, 8.0]
