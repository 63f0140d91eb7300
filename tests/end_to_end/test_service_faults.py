"""A microphone in trouble under a real systemd: the shipped unit hears of it, and is not restarted.

The tests share a machine; each leaves the microphone as it found it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import soxr
from booted import Booted
from busyness import waited_s
from feed import feeding
from installed import UNIT, never_restarted, status

from coughd.daemon.subscriber import Message, Subscriber
from coughd.detectors.ports import SAMPLE_RATE_HZ
from coughd.detectors.synthesis import bundled_scene

_PATIENCE_S = 60.0
_SEEN_WITHIN_S = 2.0
"""On a machine that has time for it; tests/daemon/test_ward.py proves it by the daemon's clock."""
_SERVER = "--server=/run/mic/native"
_SILENCE = "coverage: {silence_s: 2.0}\n"
_ROOM = ("module-null-sink", "sink_name=room", "rate=48000", "channels=1", "norewinds=1")
_FED = ("module-pipe-source", "source_name=fed", "file=/run/mic/feed", "format=s16le",
        "rate=48000", "channels=1")  # fmt: skip


def until(stream: Subscriber, state: str, cause: str, after_s: float = 0.0) -> float:
    """Wait until the source is told to be so, not before `after_s`; gives when (UTC seconds)."""
    deadline_s = time.monotonic() + _PATIENCE_S
    told = []
    for item in stream.messages(_PATIENCE_S):
        if isinstance(item, Message) and item.topic.startswith("source."):
            body: dict[str, Any] = dict(item.body)
            at_s = datetime.fromisoformat(body["at"]).timestamp()
            told.append((body["state"], body["cause"]))
            if told[-1] == (state, cause) and at_s >= after_s:
                return at_s
        if time.monotonic() > deadline_s:
            break
    pytest.fail(f"never {state} ({cause}); only {told}")


def capture_pid(machine: Booted) -> int:
    """Of the service's capture process, as the machine itself numbers it."""
    for command in Path(f"/proc/{machine.leader}/root/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):  # it has ended meanwhile
            words = command.read_bytes().split(b"\0")
            if b"coughd.daemon.sources.capture_process" in words:
                return int(command.parent.name)
    pytest.fail("there is no capture process")


def kill_server(machine: Booted) -> None:
    machine.run("systemctl", "kill", "--kill-whom=main", "--signal=KILL", "mic")


def start_server(machine: Booted) -> None:
    machine.revive_microphone()


def freeze_server(machine: Booted) -> None:
    machine.run("systemctl", "kill", "--kill-whom=main", "--signal=STOP", "mic")


def thaw_server(machine: Booted) -> None:
    machine.run("systemctl", "kill", "--kill-whom=main", "--signal=CONT", "mic")


def pull(machine: Booted) -> None:
    machine.run("pactl", _SERVER, "unload-module", "module-null-sink")


def plug_in(machine: Booted) -> None:
    machine.run("pactl", _SERVER, "load-module", *_ROOM)
    machine.run("pactl", _SERVER, "set-default-source", "room.monitor")


def kill_capture(machine: Booted) -> None:
    machine.run("sh", "-c", f"kill -KILL {capture_pid(machine)}")


def stop_capture(machine: Booted) -> None:
    machine.run("sh", "-c", f"kill -STOP {capture_pid(machine)}")


def nothing(machine: Booted) -> None:
    """It heals by itself."""


@pytest.mark.parametrize(
    ("harm", "cause", "mend"),
    [
        (kill_server, "gone", start_server),
        (freeze_server, "frozen", thaw_server),
        (pull, "gone", plug_in),
        (kill_capture, "gone", nothing),
        (stop_capture, "frozen", nothing),
    ],
)
def test_a_microphone_that_goes_is_seen_at_once_and_comes_back(
    harm: Callable[[Booted], None],
    cause: str,
    mend: Callable[[Booted], None],
    machine: Booted,
) -> None:
    with never_restarted(machine, _SILENCE) as stream:
        harmed_s, had_waited_s = time.time(), waited_s()
        harm(machine)
        took_s = time.time() - harmed_s
        seen_s = until(stream, "down", cause, harmed_s)
        assert seen_s - harmed_s < _SEEN_WITHIN_S + took_s + waited_s() - had_waited_s
        if mend is not nothing:
            (source,) = status(machine)["sources"]
            assert source["state"] == "down"
        mend(machine)
        until(stream, "up", "opened", seen_s)
    assert f"source 'room' is down ({cause})" in machine.journal(UNIT)


def test_a_feed_that_stops_is_seen_and_what_it_gave_is_not_made_up(machine: Booted) -> None:
    with never_restarted(machine, _SILENCE) as stream:
        pulled_s = time.time()
        pull(machine)
        machine.run("pactl", _SERVER, "load-module", *_FED)
        machine.run("pactl", _SERVER, "set-default-source", "fed")
        with feeding(Path(f"/proc/{machine.leader}/root/run/mic/feed"), 48_000) as feed:
            until(stream, "up", "opened", pulled_s)
            machine.until(lambda: status(machine)["faults"] == [], "good health")
            stopped_s, had_waited_s = time.time(), waited_s()
            feed.pause()
            seen_s = until(stream, "down", "frozen", stopped_s)
            assert seen_s - stopped_s < _SEEN_WITHIN_S + waited_s() - had_waited_s
            feed.go_on()
            until(stream, "up", "opened", seen_s)
            quiet_s = time.time()
            feed.sound = "zeros"
            until(stream, "silent", "zeros", quiet_s)
            (fault,) = status(machine)["faults"]
            assert fault["code"] == "zeros"
        machine.run("pactl", _SERVER, "unload-module", "module-pipe-source")
        plugged_s = time.time()
        plug_in(machine)
        until(stream, "up", "opened", plugged_s)


def test_what_was_begun_is_closed_and_counted_as_told(machine: Booted, tmp_path: Path) -> None:
    """The capture process is killed, then frozen, in the middle of coughs."""
    scene = tmp_path / "scene.wav"
    heard = bundled_scene().samples[: 26 * SAMPLE_RATE_HZ]
    sound = soxr.resample(heard, SAMPLE_RATE_HZ, 48_000)
    soundfile.write(scene, np.concatenate([sound, np.zeros(96_000)]), 48_000, subtype="PCM_16")
    with never_restarted(machine, _SILENCE) as stream:
        begun: set[object] = set()
        closed: set[object] = set()
        player = machine.play(scene)
        harms = [kill_capture, stop_capture]
        for item in stream.messages(_PATIENCE_S):
            if player.poll() is not None and begun <= closed:
                break
            if not isinstance(item, Message) or not item.topic.startswith("cough.event."):
                continue
            event_id = item.body["event_id"]
            if item.body["phase"] == "start":
                begun.add(event_id)
                if harms and len(begun) % 3 == 2:
                    harms.pop()(machine)
            else:
                closed.add(event_id)
        assert player.poll() == 0
    assert harms == []
    assert len(begun) > 3
    assert begun <= closed
    told = json.loads(machine.run("coughd", "history", "--since", "1h", "--json").stdout)["rows"]
    assert len(told) == status(machine)["history"]["coughs_24h"]
    assert {row["event_id"] for row in told} <= closed
