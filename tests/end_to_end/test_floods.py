"""A thousand coughs a minute from ten microphones, while peers do their worst to every socket.

The daemon's memory stays within a bound, not a sample is lost, and whoever keeps to the rules gets
every message. Where others keep the machine busy, the peers do the same to a daemon that hears what
it can carry there.
"""

from __future__ import annotations

import json
import os
import resource
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
import zmq
from busyness import waited_s
from command_line import environment
from floods import FLOODS
from living_daemon import STORE_FILE, LivingDaemon, messages, read
from zmtp import RawPeer, frame

from coughd.daemon.stream.doorkeeper import ROOM_BYTES
from coughd.daemon.subscriber import Message, Subscriber
from coughd.detectors.ports import SAMPLE_RATE_HZ
from coughd.detectors.synthesis import bundled_scene, room_noise

from ..soak.fake_microphone import write_fake

pytestmark = pytest.mark.timeout(900)

MICROPHONES = 10, 4, 1
"""A machine that others keep busy may hear fewer."""
COUGHS_A_MINUTE = 100
"""Of each microphone."""
CALM_S = 5
BEHIND_S = 2.0
"""Who is further behind after so long without harm hears more than it can carry."""
COUGH_S = 1.45, 1.95
"""Where a cough is in the bundled scene: two of them a second are 120 a minute."""
LAP_S = 20
OVERSHOOT_BYTES = 384 * 1024 * 1024
"""What comes in on a machine's own sockets before the doorkeeper looks again."""
WAIT_MS = 300_000
"""A million wishes keep the publisher busy for seconds of its processor's time."""
DESCRIPTORS = 1024, 1024
"""What a service gets from systemd unless it asks for more."""


@dataclass(frozen=True)
class Ward:
    """A daemon at work."""

    daemon: LivingDaemon
    store: Path
    publish: str
    replay: str
    microphones: int
    is_beside_others: bool
    """Whether others kept the machine busy before any harm was done."""

    def resident_bytes(self, which: str = "VmRSS") -> int:
        """Now, or at its most with `VmHWM`."""
        lines = Path(f"/proc/{self.daemon.process.pid}/status").read_text().splitlines()
        (line,) = [line for line in lines if line.startswith(which)]
        return int(line.split()[1]) * 1024

    def until_heard_on(self, seconds: int) -> None:
        """Wait for so much more from each microphone."""
        before = {one["id"]: one["heard_samples"] for one in self.daemon.status()["sources"]}
        self.daemon.until(
            "sound from each microphone",
            lambda: all(
                one["heard_samples"] >= before[one["id"]] + seconds * SAMPLE_RATE_HZ
                for one in self.daemon.status()["sources"]
            ),
        )

    @property
    def keeps_up(self) -> bool:
        """Whether what a microphone gives is soon heard."""
        return all(one["behind_s"] < BEHIND_S for one in self.daemon.status()["sources"])

    @property
    def coughs_a_minute(self) -> float:
        """Of a microphone, in what was heard of it."""
        ((coughs,),) = read(self.store, "SELECT count(*) FROM events WHERE counted")
        ((heard,),) = read(
            self.store, "SELECT sum(end_sample - start_sample) FROM coverage WHERE state = 'ok'"
        )
        return float(coughs * 60 * SAMPLE_RATE_HZ / heard)

    @property
    def lost_s(self) -> float:
        """What was not heard of the microphone that was heard worst."""
        spans = read(
            self.store,
            "SELECT max(end_us) - min(start_us), sum((end_us - start_us) * (state = 'ok')) "
            "FROM coverage GROUP BY source_id",
        )
        assert len(spans) == self.microphones
        return max(float(whole_us - ok_us) for whole_us, ok_us in spans) / 1e6

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
    for microphones in MICROPHONES:
        with listening(tmp_path / str(microphones), request.param, microphones) as ward:
            began_s, had_waited_s = time.monotonic(), waited_s()
            ward.until_heard_on(CALM_S)
            calm_s, kept_waiting_s = time.monotonic() - began_s, waited_s() - had_waited_s
            beside_others = kept_waiting_s > calm_s / 2
            if ward.keeps_up:
                yield replace(ward, is_beside_others=beside_others)
                return
        assert beside_others, f"{microphones} microphones are too many for it"
    pytest.fail("this machine has no time for a single microphone")


@contextmanager
def listening(folder: Path, on_tcp: str, microphones: int) -> Iterator[Ward]:
    """A daemon that hears so many microphones."""
    folder.mkdir()
    addresses = {"publish": f"ipc://{folder}/events.sock", "replay": f"ipc://{folder}/r.sock"}
    addresses[on_tcp] = f"tcp://127.0.0.1:{free_port()}"
    fake = write_fake(folder / "fake", write_coughs(folder / "coughs.flac"), microphones)
    config = write_configuration(folder, addresses, microphones)
    with LivingDaemon(config, environment(python_path=fake)) as daemon:
        resource.prlimit(daemon.process.pid, resource.RLIMIT_NOFILE, DESCRIPTORS)
        daemon.until("every microphone", lambda: are_heard(daemon))
        yield Ward(
            daemon,
            folder / "data" / STORE_FILE,
            **addresses,
            microphones=microphones,
            is_beside_others=False,
        )


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


def write_configuration(folder: Path, addresses: dict[str, str], microphones: int) -> Path:
    config = {
        "config_version": 1,
        "sources": [
            {"id": f"bed-{number}", "kind": "microphone", "device": f"Fake {number}"}
            for number in range(microphones)
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


def test_nothing_that_peers_do_is_noticed_in_the_room_or_by_other_peers(ward: Ward) -> None:
    before = ward.resident_bytes()
    with (
        Subscriber(ward.publish, ward.replay, since_seq=0) as subscriber,
        RawPeer(ward.publish).greet(b"SUB") as deaf,
    ):
        deaf.send([frame(b"\1")])  # it wants everything, and reads nothing
        had_waited_s = waited_s()
        for address, kind in ((ward.publish, b"SUB"), (ward.replay, b"DEALER")):
            for flood in FLOODS:
                flood(address, kind)
                assert ward.serves, f"{flood.__name__}; its log:\n{ward.daemon.log}"
        ward.until_heard_on(1)
        kept_waiting_s = waited_s() - had_waited_s
        due = [body for _, body in messages(ward.store)]
        given = read_up_to(subscriber, len(due))
    queues = ward.daemon.status()["queues"]
    most = ward.resident_bytes("VmHWM") - before
    assert ward.daemon.stop() == os.EX_OK, ward.daemon.log
    assert ward.coughs_a_minute > COUGHS_A_MINUTE
    assert most < ROOM_BYTES + OVERSHOOT_BYTES
    assert given == due
    # Peers cost not a sample; that others on this machine left it no time is not theirs.
    assert ward.lost_s <= (kept_waiting_s if ward.is_beside_others else 0.0)
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
