"""What both sockets keep to, whoever comes."""

from __future__ import annotations

import queue
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest
import zmq
from zmtp import RawPeer, announcement, frame

from coughd.daemon.stream.publisher import Publisher
from coughd.daemon.stream.replay import ReplayServer
from coughd.daemon.stream.socket_thread import SocketThread

from .fakes import FakeOutbox, heartbeat

PATIENCE_S = 120.0
ASKED_OF = [
    zmq.LINGER,
    zmq.BACKLOG,
    zmq.HANDSHAKE_IVL,
    zmq.TCP_KEEPALIVE,
    zmq.TCP_KEEPALIVE_IDLE,
    zmq.MAXMSGSIZE,
]


@dataclass(frozen=True)
class Doors:
    """A daemon's two sockets, each with what a peer of it calls itself and its largest frame."""

    publisher: Publisher
    replay: ReplayServer

    def each(self) -> list[tuple[str, bytes, int]]:
        return [(self.publisher.address, b"SUB", 4096), (self.replay.address, b"DEALER", 262_144)]


@pytest.fixture(params=["ipc", "tcp"])
def doors(request: pytest.FixtureRequest, tmp_path: Path, free_ports: list[int]) -> Iterator[Doors]:
    addresses = [f"tcp://127.0.0.1:{port}" for port in free_ports]
    if request.param == "ipc":
        addresses = [f"ipc://{tmp_path}/{name}.sock" for name in ("events", "replay")]
    with (
        Publisher(
            addresses[0], heartbeat=heartbeat, heartbeat_s=0.05, last_seq=0, oldest_seq=1
        ) as publisher,
        ReplayServer(
            addresses[1], outbox=FakeOutbox([]), store_id=lambda: "A", boot_id="boot"
        ) as replay,
    ):
        yield Doors(publisher, replay)


@pytest.fixture
def free_ports() -> list[int]:
    with zmq.Context() as context, ExitStack() as stack:
        sockets = [stack.enter_context(context.socket(zmq.PUB)) for _ in range(2)]
        return [one.bind_to_random_port("tcp://127.0.0.1") for one in sockets]


@pytest.mark.parametrize("kind", [zmq.PUB, zmq.ROUTER])
def test_every_socket_gets_the_bounds_of_all_and_its_own(kind: int, tmp_path: Path) -> None:
    found: queue.Queue[list[int | bytes]] = queue.Queue()

    def work(endpoint: zmq.Socket[bytes]) -> None:
        found.put([endpoint.getsockopt(option) for option in ASKED_OF])
        endpoint.close()

    own = {zmq.MAXMSGSIZE: 77, zmq.LINGER: 1}
    socket_thread = SocketThread("bound", kind, f"ipc://{tmp_path}/bound.sock", own, work)
    assert found.get(timeout=PATIENCE_S) == [1, 1024, 5_000, 1, 60, 77]
    socket_thread.join(PATIENCE_S)


def test_who_says_nothing_is_hung_up_on(doors: Doors) -> None:
    with ExitStack() as stack:
        silent = [stack.enter_context(RawPeer(address)) for address, _, _ in doors.each()]
        # Less patient than the half minute that ZeroMQ would wait by itself.
        assert [peer.is_hung_up() for peer in silent] == [True, True]


def test_a_frame_may_be_as_large_as_the_bound_and_no_larger(doors: Doors) -> None:
    for address, kind, largest in doors.each():
        with RawPeer(address) as peer:
            peer.greet(kind)
            # The first takes all topics, or is a question that is refused: both are answered.
            assert peer.send([frame(b"\1"), frame(b"\1".ljust(largest, b"x"))])
            assert peer.socket.recv(1)
        with RawPeer(address) as peer:
            peer.greet(kind)
            peer.send([announcement(largest + 1)])
            assert peer.is_hung_up()
