"""The whole daemon between a real sound server with a microphone, and a file.

The file must not notice anything of what happens to the microphone.
"""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from children import children_of
from feed import Feed, feeding
from living_daemon import LivingDaemon, write_recording
from pulse import PulseServer, fed_server, skip_unless_available

from coughd.daemon.subscriber import Message, Subscriber

RATE_HZ = 16_000
SILENCE_S = 1.0
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
        for child in children_of(self.daemon.process.pid):
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
