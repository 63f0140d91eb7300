"""The whole daemon and a subscriber, killed in turn mid-scene: the subscriber misses nothing."""

from __future__ import annotations

import json
import random
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest
from victim import SUPPORT, Victim

from coughd.daemon.subscriber import Item, Message, Subscriber, Truncated
from coughd.detectors.synthesis import bundled_scene, write_scene
from coughd.storage.records import Origin
from coughd.storage.store import EventStore
from coughd.storage.upkeep.retention import Limits

KILLS = ("daemon", "listener") * 3
PATIENCE_S = 300.0


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Two sources that hear a scene again and again, as fast as they can."""
    write_scene(bundled_scene(), tmp_path / "scene.flac")
    sources = [
        {"id": id_, "kind": "file", "path": "scene.flac", "pace": "fast", "loop": True}
        for id_ in ("bed", "sofa")
    ]
    config = {
        "config_version": 1,
        "sources": sources,
        "store": {"data_dir": "data"},
        "stream": {
            "publish": f"ipc://{tmp_path}/events.sock",
            "replay": f"ipc://{tmp_path}/replay.sock",
            "replay_limit": 7,
            "send_high_water": 5,
        },
    }
    path = tmp_path / "config.yaml"
    path.write_text(json.dumps(config))
    return path


def new_daemon(config: Path) -> Victim:
    return Victim("-m", "coughd.daemon", "run", "--config", str(config))


def stored(folder: Path) -> list[str]:
    """Every durable message, as it is in the store."""
    with closing(sqlite3.connect(folder / "data" / "coughd.sqlite3")) as connection:
        return [body for (body,) in connection.execute("select body from outbox order by seq")]


def test_killed_in_turn_the_log_is_the_store(config: Path, tmp_path: Path) -> None:
    chance = random.Random(4)

    def new_listener() -> Victim:
        return Victim(str(SUPPORT / "stream_listener.py"), str(tmp_path), "own-log", "bed")

    daemon, listener = new_daemon(config), new_listener()
    try:
        for victim in chance.sample(KILLS, len(KILLS)):
            listener.steps(chance.randint(2, 10))
            if victim == "daemon":
                daemon.kill()
                daemon = new_daemon(config)
            else:
                listener.kill()
                listener = new_listener()
        daemon.kill()
        expected = [body for body in stored(tmp_path) if json.loads(body)["source"]["id"] == "bed"]
        daemon = new_daemon(config)
        listener.until(json.loads(expected[-1])["seq"])
    finally:
        daemon.kill()
        listener.kill()
    logged = (tmp_path / "log").read_text().splitlines()
    assert logged[: len(expected)] == expected
    assert any(json.loads(body)["phase"] == "end" for body in expected if '"phase"' in body)


def test_more_than_is_kept_is_told_and_not_passed_over(config: Path, tmp_path: Path) -> None:
    listener = Victim(str(SUPPORT / "stream_listener.py"), str(tmp_path), "own-log")
    daemon = new_daemon(config)
    try:
        listener.steps(30)
    finally:
        daemon.kill()
        listener.kill()
    origin = Origin(site="home", node="n", boot_id="b", timezone="UTC", config_sha256="")
    store_file = tmp_path / "data" / "coughd.sqlite3"
    with EventStore.open(store_file, origin, lambda: time.time_ns() // 1000) as store:
        store.forget(Limits(messages=10), "none")
    kept = stored(tmp_path)
    oldest_seq = json.loads(kept[0])["seq"]
    daemon = new_daemon(config)
    try:
        first, *rest = from_the_beginning(tmp_path, 1 + len(kept))
    finally:
        daemon.kill()
    assert first == Truncated(oldest_seq=oldest_seq, asked_since=5)
    assert [item.raw for item in rest if isinstance(item, Message)] == kept


def from_the_beginning(folder: Path, count: int) -> list[Item]:
    got: list[Item] = []
    with Subscriber(
        f"ipc://{folder}/events.sock", f"ipc://{folder}/replay.sock", since_seq=5
    ) as subscriber:
        for item in subscriber.messages(PATIENCE_S):
            got.append(item)
            if len(got) == count:
                break
    return got
