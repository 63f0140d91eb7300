"""A played scene through a real sound server, PortAudio and the whole daemon, on busy cores."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr
from pulse import PulseServer, pulse_server, skip_unless_available

from coughd.config.settings import Settings
from coughd.daemon.lifecycle import StopRequest
from coughd.daemon.offline.evaluating import load_ears
from coughd.daemon.offline.scanning import Scan, scan_file
from coughd.daemon.subscriber import Message, Subscriber
from coughd.detectors.ports import SAMPLE_RATE_HZ
from coughd.detectors.synthesis import bundled_scene

_SCENE_S = 13
_COUGHS = 5
"""So many begin in it; the last three are one epoch."""
_QUIET_S = 3
"""Digital silence after it, so that the last window is complete in the file as well."""
_PATIENCE_S = 300.0

Judged = tuple[int, float | None, str, bool]


@pytest.mark.parametrize("rate_hz", [16_000, 48_000])
def test_live_events_are_those_of_the_recording(rate_hz: int, tmp_path: Path) -> None:
    skip_unless_available()
    played = write_scene(tmp_path / "played.wav", rate_hz)
    with pulse_server(rate_hz) as server, busy_cores(), daemon(tmp_path, rate_hz, server) as told:
        told.until(lambda message: message.topic.startswith("source.up"))
        player = server.play(played)
        expected = onsets_s(judged(scan(played)), rate_hz)
        for _ in expected:
            told.until(lambda message: message.topic.startswith("cough.event.end"))
        told.until(lambda message: message.topic.startswith("cough.epoch.end"))
        assert player.wait(_PATIENCE_S) == 0
    live = stored_events(tmp_path / "data/coughd.sqlite3")
    recording = tmp_path / "heard.wav"
    assert judged(scan(recording)) == live
    assert len(expected) == _COUGHS
    lag_s = heard_after_s(recording)
    assert [onset_s - lag_s for onset_s in onsets_s(live, rate_hz)] == pytest.approx(
        expected, abs=0.05
    )
    assert_all_is_accounted_for(tmp_path / "data/coughd.sqlite3", recording)


def write_scene(path: Path, rate_hz: int) -> Path:
    scene = bundled_scene().samples[: _SCENE_S * SAMPLE_RATE_HZ]
    sound = np.concatenate([scene, np.zeros(_QUIET_S * SAMPLE_RATE_HZ, np.float32)])
    soundfile.write(path, soxr.resample(sound, SAMPLE_RATE_HZ, rate_hz), rate_hz, subtype="PCM_16")
    return path


@contextmanager
def busy_cores() -> Iterator[None]:
    """Two processes that never rest."""
    with ExitStack() as stack:
        for _ in range(2):
            hog = subprocess.Popen([sys.executable, "-c", "while True: pass"])
            stack.callback(hog.wait)
            stack.callback(hog.kill)
        yield


class Told:
    """What the daemon says while it runs; fails the test where it says too little."""

    def __init__(self, subscriber: Subscriber) -> None:
        self._subscriber = subscriber

    def until(self, wanted: Callable[[Message], bool]) -> None:
        for item in self._subscriber.messages(_PATIENCE_S):
            if isinstance(item, Message) and wanted(item):
                return
        pytest.fail("the daemon said nothing of the kind in time")


@contextmanager
def daemon(folder: Path, rate_hz: int, server: PulseServer) -> Iterator[Told]:
    """The real one, in a process of its own; stopped as systemd would."""
    sockets = Path(server.environ["XDG_RUNTIME_DIR"])
    publish, replay = f"ipc://{sockets}/events", f"ipc://{sockets}/replay"
    config = folder / "config.yaml"
    config.write_text(
        "config_version: 1\n"
        f"sources: [{{id: room, kind: microphone, sample_rate_hz: {rate_hz},"
        f" record_path: {folder}/heard.wav}}]\n"
        f"store: {{data_dir: {folder}/data}}\n"
        f"stream: {{publish: '{publish}', replay: '{replay}'}}\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-m", "coughd.daemon", "run", "--config", str(config)],
        env=environ(server.environ),
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        with Subscriber(publish, replay, since_seq=0) as subscriber:
            yield Told(subscriber)
        process.send_signal(signal.SIGTERM)
        _, complaints = process.communicate(timeout=_PATIENCE_S)
        assert process.returncode == 0, complaints
    finally:
        process.kill()
        process.wait()


def environ(sound: Mapping[str, str]) -> dict[str, str]:
    return {**os.environ, **{key: sound[key] for key in sound if key != "PATH"}}


def scan(path: Path) -> Scan:
    with closing(StopRequest()) as stop:
        return scan_file(path, load_ears(Settings()), stop, progress=lambda _heard_s, _all_s: None)


def judged(scanned: Scan) -> list[Judged]:
    return [
        (
            found.event.onset_sample,
            found.event.scored.probability,
            found.event.scored.label,
            found.counted,
        )
        for found in scanned.found
    ]


def stored_events(store: Path) -> list[Judged]:
    with closing(sqlite3.connect(store)) as connection:
        rows = connection.execute(
            "SELECT onset_sample, probability, label, counted FROM events ORDER BY onset_sample"
        )
        return [(sample, probability, label, bool(yes)) for sample, probability, label, yes in rows]


def onsets_s(events: list[Judged], rate_hz: int) -> list[float]:
    """Of what counts: the sink's own silence before the scene makes one trigger more."""
    return [onset_sample / rate_hz for onset_sample, _, _, counted in events if counted]


def heard_after_s(recording: Path) -> float:
    """When the scene begins: before it the null sink is digitally silent."""
    sound, rate_hz = soundfile.read(recording)
    return int(np.flatnonzero(sound)[0]) / int(rate_hz)


def assert_all_is_accounted_for(store: Path, recording: Path) -> None:
    """Coverage has neither hole nor overlap, and ends where the recording does.

    The daemon may have been stopped with a few blocks still in the pipe.
    """
    with closing(sqlite3.connect(store)) as connection:
        intervals = connection.execute(
            "SELECT start_sample, end_sample, state, start_us, end_us FROM coverage "
            "ORDER BY start_sample"
        ).fetchall()
    assert all(before[1] == after[0] for before, after in pairwise(intervals))
    assert all(before[4] == after[3] for before, after in pairwise(intervals))
    dropped = sum(end - start for start, end, state, *_ in intervals if state == "dropped")
    info = soundfile.info(recording)
    assert intervals[0][0] == 0
    unread = info.frames + dropped - intervals[-1][1]
    assert 0 <= unread < info.samplerate
