from __future__ import annotations

import errno
import itertools
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import zmq
from patience import PATIENCE_S, until
from zmtp import RawPeer

from coughd.daemon.stream.doorkeeper import (
    CLOSED_S,
    DoorCounts,
    Doorkeeper,
    hang_up,
    resident_bytes,
)

ROOM = 1000
WAIT_MS = 120_000


@dataclass
class House:
    """A bound socket that echoes, its doorkeeper, and what the doorkeeper is told of the world."""

    address: str
    memory: list[int] = field(default_factory=lambda: [5 * ROOM])
    now_s: list[float] = field(default_factory=lambda: [100.0])
    no_descriptor_left: threading.Event = field(default_factory=threading.Event)
    door: Doorkeeper = field(init=False)

    def resident_bytes(self) -> int:
        if self.no_descriptor_left.is_set():
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        return self.memory[-1]

    def counts(self) -> DoorCounts:
        return self.door.counts


@contextmanager
def house(folder: Path, how: str) -> Iterator[House]:
    with zmq.Context() as context, context.socket(zmq.ROUTER) as endpoint:
        endpoint.setsockopt(zmq.LINGER, 0)
        endpoint.bind(f"ipc://{folder}/door.sock" if how == "ipc" else "tcp://127.0.0.1:*")
        made = House(endpoint.getsockopt_string(zmq.LAST_ENDPOINT))
        made.door = Doorkeeper(
            "house", context, endpoint, largest_audience=2, room_bytes=ROOM,
            resident_bytes=made.resident_bytes, clock=lambda: made.now_s[-1],
        )  # fmt: skip
        leave = threading.Event()

        def echo() -> None:
            while not leave.is_set():
                if endpoint.poll(10):
                    endpoint.send_multipart(endpoint.recv_multipart())

        thread = threading.Thread(target=echo)
        thread.start()
        try:
            yield made
        finally:
            leave.set()
            thread.join()
            endpoint.close()
            made.door.join()


@pytest.fixture(params=["ipc", "tcp"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    with house(tmp_path, request.param) as made:
        yield made


def knock(address: str) -> socket.socket:
    """Connect without a word of ZeroMQ's."""
    if address.startswith("ipc://"):
        peer = socket.socket(socket.AF_UNIX)
        peer.connect(address.removeprefix("ipc://"))
    else:
        peer = socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2])))
    peer.settimeout(PATIENCE_S)
    return peer


def is_hung_up(peer: socket.socket) -> bool:
    """Wait until the other end has hung up."""
    try:
        while peer.recv(1000):
            pass
    except ConnectionResetError:
        return True
    return True


def answers(address: str) -> bool:
    with zmq.Context() as context, context.socket(zmq.DEALER) as peer:
        peer.setsockopt(zmq.LINGER, 0)
        peer.connect(address)
        peer.send(b"are you there?")
        return bool(peer.poll(WAIT_MS))


def test_beyond_its_bound_peers_are_turned_away_until_a_place_is_free(home: House) -> None:
    with ExitStack() as stack:
        inside = [stack.enter_context(knock(home.address)) for _ in range(2)]
        until(lambda: home.counts().peers == 2)
        for _ in range(3):
            assert is_hung_up(stack.enter_context(knock(home.address)))
        until(lambda: home.counts() == DoorCounts(peers=2, turned_away=3, sent_away=0))
        inside[0].close()
        until(lambda: home.counts().peers == 1)
        assert answers(home.address)


def test_those_inside_do_not_notice_the_crowd_outside(home: House) -> None:
    with zmq.Context() as context, context.socket(zmq.DEALER) as peer, ExitStack() as stack:
        peer.setsockopt(zmq.LINGER, 0)
        peer.setsockopt(zmq.RECONNECT_IVL, -1)
        peer.connect(home.address)
        until(lambda: home.counts().peers == 1)
        crowd = [stack.enter_context(knock(home.address)) for _ in range(20)]
        until(lambda: home.counts().turned_away == 19)
        peer.send(b"still here")
        assert peer.poll(WAIT_MS)
        assert peer.recv() == b"still here"
        assert all(map(is_hung_up, crowd[1:]))


def test_where_memory_runs_away_all_must_go_and_may_come_again(
    home: House, caplog: pytest.LogCaptureFixture
) -> None:
    with knock(home.address) as peer:
        until(lambda: home.counts().peers == 1)
        home.memory.append(home.memory[0] + ROOM + 1)
        assert is_hung_up(peer)
    until(lambda: home.counts() == DoorCounts(peers=0, turned_away=0, sent_away=1))
    assert "sent away" in caplog.text
    with knock(home.address) as early:
        assert is_hung_up(early)
    until(lambda: home.counts().turned_away == 1)
    home.memory.append(home.memory[0])
    home.now_s.append(home.now_s[0] + CLOSED_S)
    until(lambda: home.door._closed_until_s is None)
    assert answers(home.address)


def test_where_no_descriptor_is_left_to_look_with_the_door_is_kept(home: House) -> None:
    home.no_descriptor_left.set()
    with ExitStack() as stack:
        inside = [stack.enter_context(knock(home.address)) for _ in range(2)]
        until(lambda: home.counts().peers == 2)
        assert is_hung_up(stack.enter_context(knock(home.address)))
        home.memory.append(home.memory[0] + ROOM + 1)
        home.no_descriptor_left.clear()
        assert all(map(is_hung_up, inside))


def test_a_peer_that_goes_on_sending_is_cut_off_too(home: House) -> None:
    """TCP would take its bytes for ever after a mere shutdown."""
    piece = bytes([1, 200]) + bytes(200)  # of a message that never ends
    with RawPeer(home.address).greet(b"DEALER") as peer:
        until(lambda: home.counts().peers == 1)
        assert peer.send([piece] * 10)
        home.memory.append(home.memory[0] + ROOM + 1)
        assert not peer.send(itertools.repeat(piece * 500))


def test_what_grew_without_peers_does_not_shut_them_out_for_ever(home: House) -> None:
    grown = home.memory[0] + 3 * ROOM
    home.memory.append(grown)
    until(lambda: home.door._closed_until_s is not None)
    home.now_s.append(home.now_s[0] + CLOSED_S)
    until(lambda: home.door._closed_until_s is None)
    with knock(home.address) as peer:
        until(lambda: home.counts().peers == 1)
        # It may grow by some more, but not without a bound.
        home.memory.append(grown + ROOM)
        assert is_hung_up(peer)


def test_a_descriptor_that_is_something_else_by_now_is_left_alone(tmp_path: Path) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, (tmp_path / "file").open("wb") as file:
        hang_up(ours.fileno(), f"ipc://{tmp_path}/door.sock")
        ours.sendall(b"x")
        assert theirs.recv(1) == b"x"
        hang_up(file.fileno(), "tcp://127.0.0.1:5555")
        assert file.write(b"x") == 1
    hang_up(10**6, "tcp://127.0.0.1:5555")


def test_the_memory_of_this_process_is_the_kernels_word() -> None:
    before = resident_bytes()
    ballast = bytearray(os.urandom(1)) * 50_000_000
    assert resident_bytes() - before > 40_000_000
    assert len(ballast) == 50_000_000
