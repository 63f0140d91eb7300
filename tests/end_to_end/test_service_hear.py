"""HeAR's process frozen and killed under a real systemd: nothing else of the service notices."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import soxr
from booted import Booted
from installed import UNIT, never_restarted, status

from coughd.daemon.subscriber import Message, Subscriber
from coughd.detectors.ports import SAMPLE_RATE_HZ
from coughd.detectors.synthesis import bundled_scene

pytestmark = [pytest.mark.hear, pytest.mark.timeout(900)]

_SCENE_S = 13
_COUGHS = 5
"""So many begin in it."""
_PATIENCE_S = 60.0
_LOADING_S = 300.0
"""TensorFlow, at the lowest priority of all that the machine has to do."""
_MODELS = "/var/lib/coughd/models"
_HEAR = f"embedder: {{kind: hear, model_path: {_MODELS}/random}}\n"
_COMPLETE = "SELECT count(*) FROM events WHERE \"window\" = 'complete'"
_EMBEDDED = (
    "SELECT count(*) FROM embeddings JOIN models USING (model_id) WHERE models.kind = 'hear'"
)


def test_a_frozen_and_a_killed_hear_cost_no_event_no_count_and_no_restart(
    lookalikes: Path, machine: Booted, tmp_path: Path
) -> None:
    """Harmed in the middle of a cough each time; TensorFlow runs inside the unit's own cage."""
    machine.copy(lookalikes / "random", _MODELS)
    scene = write_scene(tmp_path / "scene.wav")
    with never_restarted(machine, _HEAR) as stream:
        for starts, harm in enumerate((signal.SIGSTOP, signal.SIGKILL), start=1):
            until_ready(machine, starts)
            begun, closed = play_and_harm(machine, stream, scene, harm)
            assert begun == set(closed)
            assert sum(bool(body["counted"]) for body in closed.values()) == _COUGHS
            if harm is signal.SIGSTOP:
                machine.until(lambda: "is frozen" in away(machine), "the fault in the status")
        until_ready(machine, 3)
        assert away(machine) == ""
        document = status(machine)
    assert (document["hear"]["faults"], document["hear"]["failed"]) == (2, 0)
    (source,) = document["sources"]
    assert (source["openings"], source["lost"]) == (1, 0)
    assert stored(machine, _EMBEDDED) == stored(machine, _COMPLETE)
    said = machine.journal(UNIT)
    assert said.count("HeAR is away") == said.count("is frozen") + said.count("signal 9") == 2


def write_scene(path: Path) -> Path:
    sound = bundled_scene().samples[: _SCENE_S * SAMPLE_RATE_HZ]
    sound = np.concatenate([sound, np.zeros(3 * SAMPLE_RATE_HZ, np.float32)])
    soundfile.write(path, soxr.resample(sound, SAMPLE_RATE_HZ, 48_000), 48_000, subtype="PCM_16")
    return path


def play_and_harm(
    machine: Booted, stream: Subscriber, scene: Path, harm: signal.Signals
) -> tuple[set[object], dict[object, Mapping[str, Any]]]:
    """Play to the end; gives which events began, and the last word on each that is closed."""
    begun: set[object] = set()
    closed: dict[object, Mapping[str, Any]] = {}
    player = machine.play(scene)
    for item in stream.messages(_PATIENCE_S):
        if player.poll() is not None and begun == set(closed):
            break
        if not isinstance(item, Message) or not item.topic.startswith("cough.event."):
            continue
        if item.body["phase"] in {"end", "cancel"}:
            closed[item.body["event_id"]] = item.body
        elif item.body["phase"] == "start":
            if not begun:
                pid = status(machine)["hear"]["pid"]
                machine.run("sh", "-c", f"kill -{harm.name.removeprefix('SIG')} {pid}")
            begun.add(item.body["event_id"])
    assert player.poll() == 0
    return begun, closed


def until_ready(machine: Booted, starts: int) -> None:
    """Wait until HeAR's process of that number is loaded and owes nothing."""

    def is_ready() -> bool:
        hear = status(machine)["hear"]
        owes = hear["waiting"] or hear["in_flight"] or hear["untold"]
        return (hear["state"], hear["starts"]) == ("ready", starts) and not owes

    machine.until(is_ready, f"HeAR number {starts}", patience_s=_LOADING_S)


def stored(machine: Booted, query: str) -> str:
    """What the service's store answers."""
    ask = (
        "import sqlite3, sys; store = 'file:/var/lib/coughd/coughd.sqlite3?mode=ro'; "
        "print(sqlite3.connect(store, uri=True).execute(sys.argv[1]).fetchall())"
    )
    return machine.run("/opt/coughd/bin/python", "-c", ask, query).stdout


def away(machine: Booted) -> str:
    """What the status says is the matter with HeAR."""
    return " ".join(one["says"] for one in status(machine)["faults"] if one["code"] == "away")
