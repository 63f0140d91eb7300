"""What peers do to a socket that means harm: each flood takes its address and its peer's kind."""

from __future__ import annotations

import random
from contextlib import ExitStack, suppress
from itertools import repeat

from patience import until
from zmtp import MORE, RawPeer, announcement, frame

from coughd.daemon.stream.doorkeeper import LARGEST_AUDIENCE
from coughd.daemon.stream.replay_protocol import ReplayRequest, encode_request

CONNECTS = 5_000
"""To each of the two sockets."""
AT_ONCE = 250


def let_in(address: str, kind: bytes) -> RawPeer:
    """A peer that is greeted; where the harm before it has closed the door, it comes again."""
    greeted: list[RawPeer] = []

    def is_let_in() -> bool:
        with suppress(ConnectionError):
            greeted.append(RawPeer(address).greet(kind))
        return bool(greeted)

    until(is_let_in)
    return greeted[0]


def send_garbage(address: str, _kind: bytes) -> None:
    chance = random.Random(1)
    for size in (1, 10, 64, 1_000, 100_000):
        for _ in range(10):
            with RawPeer(address) as peer:
                peer.send([chance.randbytes(size)])
    with RawPeer(address) as peer, suppress(ConnectionError):
        peer.greet(b"REP")
        peer.is_hung_up()


def send_a_giant_frame(address: str, kind: bytes) -> None:
    for flags in (0, MORE):
        with let_in(address, kind) as peer:
            peer.send([announcement(1 << 40, flags), *repeat(bytes(1_000_000), 20)])
            assert peer.is_hung_up()


def send_a_message_without_end(address: str, kind: bytes) -> None:
    with let_in(address, kind) as peer:
        piece = frame(bytes(200), MORE) * 500
        assert not peer.send(repeat(piece))


def subscribe_without_end(address: str, kind: bytes) -> None:
    chance = random.Random(2)
    with let_in(address, kind) as peer:
        wishes = (
            b"".join(frame(b"\1" + chance.randbytes(20)) for _ in range(500)) for _ in repeat(0)
        )
        peer.send(wishes, for_s=2.0)


def connect_and_go(address: str, _kind: bytes) -> None:
    for _ in range(CONNECTS // AT_ONCE):
        with ExitStack() as crowd:
            for _ in range(AT_ONCE):
                with suppress(ConnectionError):
                    crowd.enter_context(RawPeer(address))


def ask_and_never_read(address: str, kind: bytes) -> None:
    questions = [frame(encode_request(ReplayRequest(0, 1000)))] * 50
    with ExitStack() as crowd:
        for _ in range(LARGEST_AUDIENCE // 2):
            with suppress(ConnectionError):
                crowd.enter_context(RawPeer(address).greet(kind)).send(questions)


FLOODS = (
    send_garbage,
    send_a_giant_frame,
    send_a_message_without_end,
    subscribe_without_end,
    connect_and_go,
    ask_and_never_read,
)
