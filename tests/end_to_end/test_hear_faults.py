"""HeAR's process is killed, frozen and short of memory under a daemon at work: no event notices."""

from __future__ import annotations

import json
import os
import random
import signal
from collections import defaultdict
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from living_daemon import (
    LivingDaemon,
    findings,
    messages,
    read,
    write_config,
    write_recording,
)
from random_probe import RandomProbe, write_random_probe

from coughd.daemon.subscriber import Message, Subscriber

pytestmark = [pytest.mark.hear, pytest.mark.timeout(900)]
SEED = 5
_HEARS = (
    "SELECT event_id, vector, batch_policy FROM embeddings JOIN models USING (model_id) "
    "WHERE models.kind = 'hear'"
)
_EVENTS = 'SELECT event_id, "window", scored_by, probability, revision FROM events'


def test_a_killed_frozen_and_hungry_hear_costs_no_event_and_no_count(
    lookalikes: Path, tmp_path: Path
) -> None:
    recording = write_recording(tmp_path / "recording.flac", 3)
    unharmed = hear_it(tmp_path / "unharmed", recording)
    folder = tmp_path / "harmed"
    folder.mkdir()
    probe = write_random_probe(tmp_path / "probe.json", lookalikes / "moody")
    config = write_config(
        folder, recording, folder / "data",
        source={"pace": "realtime"},
        embedder={"kind": "hear", "model_path": str(lookalikes / "moody")},
        probe={"path": str(tmp_path / "probe.json")},
    )  # fmt: skip
    chance = random.Random(SEED)
    # The one that takes longest to be noticed comes last: the sound goes on meanwhile.
    harms = [signal.SIGKILL, signal.SIGSTOP]
    with (
        LivingDaemon(config) as daemon,
        Subscriber(
            f"ipc://{folder}/events.sock", f"ipc://{folder}/replay.sock",
            since_seq=0, ephemeral=True,
        ) as stream,
    ):  # fmt: skip
        for start, harm in enumerate(harms, start=1):
            daemon.until(f"start number {start}", partial(is_ready, daemon, start))
            asked = daemon.status()["hear"]["submitted"] + chance.randrange(3)
            daemon.until(f"window {asked}", partial(has_asked, daemon, asked))
            os.kill(daemon.status()["hear"]["pid"], harm)
        assert daemon.finish() == 0, daemon.log
        begun = {
            item.body["event_id"]
            for item in stream.messages(1.0)
            if isinstance(item, Message) and item.topic.startswith("cough.event.start")
        }
    store = folder / "data/coughd.sqlite3"
    assert what_was_heard(store) == unharmed
    told = [json.loads(body) for _, body in messages(store)]
    assert begun
    assert begun <= {one["event_id"] for one in told if one.get("phase") in ("end", "cancel")}
    assert_consistent(store, told, probe)
    assert "frozen" in daemon.log
    assert "signal 9" in daemon.log
    assert "does not fit into the memory of the CPU" in daemon.log


def assert_consistent(store: Path, told: list[dict[str, Any]], probe: RandomProbe) -> None:
    """Each complete event is told once by the open embedder, then once by HeAR, as it is stored."""
    revisions: dict[str, list[tuple[int, str]]] = defaultdict(list)
    last: dict[str, dict[str, Any]] = {}
    for message in told:
        if message["schema"] == "coughd.event/1" and message.get("window") == "complete":
            revisions[message["event_id"]].append((message["revision"], message["scored_by"]))
            last[message["event_id"]] = message
    hears = {event_id: (vector, policy) for event_id, vector, policy in read(store, _HEARS)}
    complete = 0
    for event_id, window, scored_by, probability, revision in read(store, _EVENTS):
        if window != "complete":
            assert event_id not in hears
            continue
        complete += 1
        assert [(1, "open"), (2, "hear")] == revisions[event_id]
        vector, policy = hears[event_id]
        assert policy in ("buckets 1,4,8", "buckets 1,4", "buckets 1")
        expected = probe.probability(np.frombuffer(vector, "<f4"))
        assert expected == pytest.approx(probability, abs=1e-6)
        told_last = last[event_id]
        assert ("hear", 2) == (scored_by, revision)
        assert probability == pytest.approx(told_last["probability"], abs=1e-6)
    assert complete >= 15


def hear_it(folder: Path, recording: Path) -> Any:
    """What is found without HeAR."""
    folder.mkdir()
    with LivingDaemon(write_config(folder, recording, folder / "data")) as daemon:
        assert daemon.finish() == 0, daemon.log
    return what_was_heard(folder / "data/coughd.sqlite3")


def what_was_heard(store: Path) -> Any:
    """Events by name and place, and coverage: all that no second opinion may change."""
    events, coverage, _ = findings(store)
    return [event[:5] for event in events], coverage


def is_ready(daemon: LivingDaemon, start: int) -> bool:
    hear = daemon.status()["hear"]
    return (hear["state"], hear["starts"]) == ("ready", start)


def has_asked(daemon: LivingDaemon, windows: int) -> bool:
    return bool(daemon.status()["hear"]["submitted"] >= windows)
