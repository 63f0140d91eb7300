"""A microphone in trouble: each fault is told by its name, written down, and healed.

Real sound servers, a real PortAudio and the whole daemon; beside the microphone it hears a file,
which must not notice anything.
"""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from busyness import waited_s
from command_line import command
from feed import Feed, feeding
from living_daemon import LivingDaemon, write_recording
from pulse import PulseServer, fed_server, skip_unless_available

from coughd.daemon.subscriber import Message, Subscriber

RATE_HZ = 16_000
SILENCE_S = 1.0
SEEN_WITHIN_S = 2.0
"""On a machine that has time for it; tests/daemon/test_ward.py proves it by the daemon's clock."""
PATIENCE_S = 300.0
DEVICE = "default"


@dataclass
class House:
    """A daemon with a microphone and a file, and everything that may happen to them."""

    server: PulseServer
    feed: Feed
    daemon: LivingDaemon
    stream: Subscriber
    store: Path
    heard: list[dict[str, Any]] = field(default_factory=list)

    def until(self, source: str, state: str, cause: str) -> float:
        """Wait until a source is told to be so; gives when (UTC seconds)."""
        deadline_s = time.monotonic() + PATIENCE_S
        for item in self.stream.messages(PATIENCE_S):
            if time.monotonic() > deadline_s:
                break
            if not isinstance(item, Message):
                continue
            body: dict[str, Any] = dict(item.body)
            self.heard.append(body)
            if (
                item.topic.startswith("source.")
                and body["source"]["id"] == source
                and (body["state"], body["cause"]) == (state, cause)
            ):
                return datetime.fromisoformat(body["at"]).timestamp()
        pytest.fail(f"{source} never was {state} ({cause}):\n{self.told}\n{self.daemon.log}")

    @property
    def told(self) -> list[tuple[str, str, str]]:
        """All that was told of the sources so far, in order."""
        return [
            (body["source"]["id"], body["state"], body["cause"])
            for body in self.heard
            if body["schema"] == "coughd.source/1"
        ]

    def source(self, source_id: str) -> dict[str, Any]:
        """As `coughd status` shows it."""
        (found,) = (one for one in self.daemon.status()["sources"] if one["id"] == source_id)
        return dict(found)

    def microphone(self) -> dict[str, Any]:
        return self.source("mic")

    def capture_pid(self) -> int:
        children = Path(f"/proc/{self.daemon.process.pid}/task").glob("*/children")
        for child in (int(pid) for task in children for pid in task.read_text().split()):
            if "capture_process" in Path(f"/proc/{child}/cmdline").read_text():
                return child
        pytest.fail("there is no capture process")


@contextmanager
def house(folder: Path) -> Iterator[House]:
    skip_unless_available()
    with ExitStack() as stack:
        server = stack.enter_context(fed_server({"room": RATE_HZ}))
        feed = stack.enter_context(feeding(server.folder / "room.feed", RATE_HZ))
        config = write_configuration(folder, server.folder)
        sound = {name: value for name, value in server.environ.items() if name != "PATH"}
        daemon = stack.enter_context(LivingDaemon(config, sound))
        streams = json.loads(config.read_text())["stream"]
        stream = stack.enter_context(
            Subscriber(streams["publish"], streams["replay"], since_seq=0, ephemeral=True)
        )
        home = House(server, feed, daemon, stream, folder / "data/coughd.sqlite3")
        home.until("mic", "up", "opened")
        yield home
        assert_nobody_else_noticed(home)


def write_configuration(folder: Path, sockets: Path) -> Path:
    recording = write_recording(folder / "beside.flac", 1)
    config = {
        "config_version": 1,
        "sources": [
            {"id": "mic", "kind": "microphone", "device": DEVICE, "sample_rate_hz": RATE_HZ},
            {"id": "beside", "kind": "file", "path": str(recording), "loop": True},
        ],
        "coverage": {"silence_s": SILENCE_S, "progress_s": 0.5},
        "store": {"data_dir": str(folder / "data")},
        "stream": {"publish": f"ipc://{sockets}/events", "replay": f"ipc://{sockets}/replay"},
    }
    path = folder / "config.yaml"
    path.write_text(json.dumps(config))
    return path


def assert_nobody_else_noticed(home: House) -> None:
    """The daemon is the same process, the file never stopped, and every start is closed."""
    home.daemon.until("a cough of the file", lambda: home.source("beside")["last_cough"])
    document = home.daemon.status()
    assert document["pid"] == home.daemon.process.pid
    beside = home.source("beside")
    assert (beside["state"], beside["openings"], beside["lost"]) == ("up", 1, 0)
    assert home.daemon.stop() == 0
    for item in home.stream.messages(1.0):
        if isinstance(item, Message):
            home.heard.append(dict(item.body))
    assert [told for told in home.told if told[0] == "beside"] == [("beside", "up", "opened")]
    phases: Mapping[str, set[str]] = {
        phase: {one["event_id"] for one in home.heard if one.get("phase") == phase}
        for phase in ("start", "end", "cancel")
    }
    assert phases["start"]
    assert phases["start"] <= phases["end"] | phases["cancel"]
    assert not phases["end"] & phases["cancel"]


def written(store: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(store)) as connection:
        return connection.execute(query).fetchall()


def kill_server(home: House) -> None:
    home.server.kill()


def revive_server(home: House) -> None:
    home.server.revive()


def freeze_server(home: House) -> None:
    home.server.freeze()


def thaw_server(home: House) -> None:
    home.server.thaw()


def pull(home: House) -> None:
    home.server.remove_microphone()


def plug_in(home: House) -> None:
    home.server.bring_microphone_back()


def stop_feed(home: House) -> None:
    home.feed.pause()


def go_on_feeding(home: House) -> None:
    home.feed.go_on()


def kill_capture(home: House) -> None:
    os.kill(home.capture_pid(), signal.SIGKILL)


def stop_capture(home: House) -> None:
    os.kill(home.capture_pid(), signal.SIGSTOP)


def nothing(home: House) -> None:
    """It heals by itself."""


@pytest.mark.parametrize(
    ("harm", "cause", "mend"),
    [
        (kill_server, "gone", revive_server),
        (freeze_server, "frozen", thaw_server),
        (pull, "gone", plug_in),
        (stop_feed, "frozen", go_on_feeding),
        (kill_capture, "gone", nothing),
        (stop_capture, "frozen", nothing),
    ],
)
def test_a_microphone_that_goes_is_seen_at_once_and_comes_back(
    harm: Callable[[House], None], cause: str, mend: Callable[[House], None], tmp_path: Path
) -> None:
    with house(tmp_path) as home:
        harmed_s, had_waited_s = time.time(), waited_s()
        harm(home)
        seen_s = home.until("mic", "down", cause)
        assert seen_s - harmed_s < SEEN_WITHIN_S + waited_s() - had_waited_s
        if mend is not nothing:
            assert home.microphone()["state"] == "down"
            (fault,) = home.daemon.status()["faults"]
            assert fault["about"] == "source mic"
            assert fault["do"]
        mend(home)
        back_s = home.until("mic", "up", "opened")
        home.daemon.until("sound", lambda: home.microphone()["behind_s"] is not None)
    spans = written(
        home.store, "SELECT start_us, end_us FROM coverage WHERE source_id='mic' ORDER BY start_us"
    )
    # The first sound of the new opening was heard a moment before it was told.
    deaf_us = (seen_s * 1e6, (back_s - 1.0) * 1e6)
    assert min(end for _, end in spans) < deaf_us[0]
    assert max(start for start, _ in spans) > deaf_us[1]
    assert [one for one in spans if one[0] < deaf_us[1] and one[1] > deaf_us[0]] == []


@pytest.fixture(scope="module")
def calm_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One house for the tests below, which run in their order and never take its microphone away.

    Some faults last a minute after their cause: each test's fault is worse than those before it.
    """
    with house(tmp_path_factory.mktemp("calm")) as home:
        yield home


@pytest.fixture
def calm(calm_house: House) -> Iterator[House]:
    """The same, and good sound again after a test that failed."""
    yield calm_house
    calm_house.feed.sound = "room"


def until_written(home: House, query: str, wanted: tuple[Any, ...]) -> None:
    """Wait for a row of the ledger, which is written twice a second."""
    home.daemon.until(f"{wanted} in the ledger", lambda: wanted in written(home.store, query))


@pytest.mark.parametrize(("sound", "cause"), [("zeros", "zeros"), ("constant", "constant")])
def test_stillness_is_told_by_its_name(calm: House, sound: Any, cause: str) -> None:
    calm.feed.sound = sound
    calm.until("mic", "silent", cause)
    (fault,) = calm.daemon.status()["faults"]
    assert (fault["about"], fault["code"]) == ("source mic", cause)
    shown = status_of(calm.store.parents[1])
    assert shown.returncode == 1
    assert f"silent ({cause})" in shown.stdout
    assert f"! source mic: {fault['says']}" in shown.stdout
    calm.feed.sound = "room"
    calm.until("mic", "up", "well")
    until_written(calm, "SELECT state FROM coverage WHERE source_id='mic'", ("silent",))


def test_sound_that_is_lost_unsaid_is_written_down(calm: House) -> None:
    calm.daemon.until("5 s of sound", lambda: calm.microphone()["heard_samples"] > 5 * RATE_HZ)
    calm.feed.lose(0.8)
    calm.until("mic", "up", "losing")
    lost = calm.microphone()["dropped_samples"]
    assert lost / RATE_HZ == pytest.approx(0.8, abs=0.1)
    until_written(
        calm,
        "SELECT sum(end_sample - start_sample) FROM coverage "
        "WHERE source_id='mic' AND state='dropped'",
        (lost,),
    )


def test_clipping_is_told(calm: House) -> None:
    calm.feed.sound = "clipped"
    calm.until("mic", "up", "clipping")
    (fault,) = calm.daemon.status()["faults"]
    assert (fault["about"], fault["code"]) == ("source mic", "clipping")
    calm.feed.sound = "room"
    until_written(calm, "SELECT state FROM coverage WHERE source_id='mic'", ("clipped",))


def test_a_wrong_rate_is_measured(calm: House) -> None:
    calm.feed.set_rate(14_700)
    calm.until("mic", "up", "wrong_rate")
    (fault,) = calm.daemon.status()["faults"]
    assert fault["code"] == "wrong_rate"
    measured_hz = int(fault["says"].split()[1])
    assert measured_hz == pytest.approx(14_700, rel=0.03)


def status_of(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command("status", "--config", folder / "config.yaml"),
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
