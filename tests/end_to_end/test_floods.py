"""A thousand coughs a minute from ten microphones, while peers do their worst to every socket.

The daemon's memory stays within a bound, not a sample is lost, and whoever keeps to the rules gets
every message.
"""

from __future__ import annotations

import json
import os
import random
import resource
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from itertools import repeat
from pathlib import Path

import numpy as np
import pytest
import soundfile
import zmq
from command_line import environment
from living_daemon import STORE_FILE, LivingDaemon, messages, read
from zmtp import MORE, RawPeer, announcement, frame

from coughd.daemon.stream.doorkeeper import LARGEST_AUDIENCE, ROOM_BYTES
from coughd.daemon.stream.replay_protocol import ReplayRequest, encode_request
from coughd.daemon.subscriber import Message, Subscriber
from coughd.detectors.ports import SAMPLE_RATE_HZ
from coughd.detectors.synthesis import bundled_scene, room_noise

from ..soak.fake_microphone import write_fake

MICROPHONES = 10
COUGHS_A_MINUTE = 1000
COUGH_S = 1.45, 1.95
"""Where a cough is in the bundled scene: two of them a second are 120 a minute."""
LAP_S = 20
OVERSHOOT_BYTES = 384 * 1024 * 1024
"""What comes in on a machine's own sockets before the doorkeeper looks again."""
CONNECTS = 5_000
"""To each of the two sockets."""
AT_ONCE = 250
WAIT_MS = 20_000
DESCRIPTORS = 1024, 1024
"""What a service gets from systemd unless it asks for more."""


@dataclass(frozen=True)
class Ward:
    """A daemon at work."""

    daemon: LivingDaemon
    store: Path
    publish: str
    replay: str

    def resident_bytes(self, which: str = "VmRSS") -> int:
        """Now, or at its most with `VmHWM`."""
        lines = Path(f"/proc/{self.daemon.process.pid}/status").read_text().splitlines()
        (line,) = [line for line in lines if line.startswith(which)]
        return int(line.split()[1]) * 1024

    @property
    def coughs(self) -> int:
        return int(read(self.store, "SELECT count(*) FROM events WHERE counted")[0][0])

    @property
    def serves(self) -> bool:
        """Whether who keeps to the rules is answered by both sockets."""
        self.daemon.status()
        with zmq.Context() as context, context.socket(zmq.SUB) as ear:
            ear.setsockopt(zmq.LINGER, 0)
            ear.subscribe("system.health")
            ear.connect(self.publish)
            return bool(ear.poll(WAIT_MS))


@pytest.fixture(params=["publish", "replay"])
def ward(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ward]:
    """Once with each socket on the loopback's TCP, the other one a file."""
    addresses = {"publish": f"ipc://{tmp_path}/events.sock", "replay": f"ipc://{tmp_path}/r.sock"}
    addresses[request.param] = f"tcp://127.0.0.1:{free_port()}"
    fake = write_fake(tmp_path / "fake", write_coughs(tmp_path / "coughs.flac"), MICROPHONES)
    config = write_configuration(tmp_path, addresses)
    with LivingDaemon(config, environment(python_path=fake)) as daemon:
        resource.prlimit(daemon.process.pid, resource.RLIMIT_NOFILE, DESCRIPTORS)
        daemon.until("ten microphones", lambda: are_heard(daemon))
        yield Ward(daemon, tmp_path / "data" / STORE_FILE, **addresses)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def write_coughs(path: Path) -> Path:
    """A cough every half a second, each of another loudness."""
    rng = np.random.default_rng(3)
    begin, end = (round(at_s * SAMPLE_RATE_HZ) for at_s in COUGH_S)
    cough = bundled_scene().samples[begin:end]
    room = room_noise(LAP_S * SAMPLE_RATE_HZ, -65.0, rng)
    loud = np.repeat(rng.uniform(0.5, 1.5, LAP_S * 2), cough.size)
    sound = room + np.tile(cough, LAP_S * 2) * loud
    soundfile.write(path, sound.astype(np.float32), SAMPLE_RATE_HZ)
    return path


def write_configuration(folder: Path, addresses: dict[str, str]) -> Path:
    config = {
        "config_version": 1,
        "sources": [
            {"id": f"bed-{number}", "kind": "microphone", "device": f"Fake {number}"}
            for number in range(MICROPHONES)
        ],
        "store": {"data_dir": str(folder / "data")},
        "stream": {**addresses, "heartbeat_s": 0.2},
        "coverage": {"progress_s": 1.0},
    }
    path = folder / "config.yaml"
    path.write_text(json.dumps(config))
    return path


def are_heard(daemon: LivingDaemon) -> bool:
    return all(one["heard_samples"] > 0 for one in daemon.status()["sources"])


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
        with RawPeer(address).greet(kind) as peer:
            peer.send([announcement(1 << 40, flags), *repeat(bytes(1_000_000), 20)])
            assert peer.is_hung_up()


def send_a_message_without_end(address: str, kind: bytes) -> None:
    with RawPeer(address).greet(kind) as peer:
        piece = frame(bytes(200), MORE) * 500
        assert not peer.send(repeat(piece))


def subscribe_without_end(address: str, kind: bytes) -> None:
    chance = random.Random(2)
    with RawPeer(address).greet(kind) as peer:
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


def test_nothing_that_peers_do_is_noticed_in_the_room_or_by_other_peers(ward: Ward) -> None:
    before = ward.resident_bytes()
    with (
        Subscriber(ward.publish, ward.replay, since_seq=0) as subscriber,
        RawPeer(ward.publish).greet(b"SUB") as deaf,
    ):
        deaf.send([frame(b"\1")])  # it wants everything, and reads nothing
        began_s, heard_before = time.monotonic(), ward.coughs
        for address, kind in ((ward.publish, b"SUB"), (ward.replay, b"DEALER")):
            for flood in FLOODS:
                flood(address, kind)
                assert ward.serves, flood.__name__
        heard, took_s = ward.coughs - heard_before, time.monotonic() - began_s
        due = [body for _, body in messages(ward.store)]
        given = read_up_to(subscriber, len(due))
    queues = ward.daemon.status()["queues"]
    most = ward.resident_bytes("VmHWM") - before
    assert ward.daemon.stop() == os.EX_OK, ward.daemon.log
    assert heard / took_s > COUGHS_A_MINUTE / 60
    assert most < ROOM_BYTES + OVERSHOOT_BYTES
    assert given == due
    assert {"ok"} == {state for (state,) in read(ward.store, "SELECT state FROM coverage")}
    assert queues["stream"]["dropped_durable"] == queues["stream"]["dropped_ephemeral"] == 0
    assert queues["stream"]["turned_away"] > 0
    assert queues["replay"]["turned_away"] > 0


def read_up_to(subscriber: Subscriber, count: int) -> Sequence[str]:
    given: list[str] = []
    for item in subscriber.messages(WAIT_MS / 1000):
        assert isinstance(item, Message)
        given.append(item.raw)
        if len(given) == count:
            break
    return given
