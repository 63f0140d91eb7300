"""A real `coughd run` that a test watches, harms and ends; and what it left behind."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Self

import soundfile
from command_line import command, environment

from coughd.daemon.supervision.status_client import ask_status
from coughd.detectors.ports import SAMPLE_RATE_HZ
from coughd.detectors.synthesis import bundled_scene

STORE_FILE = "coughd.sqlite3"
PATIENCE_S = 300.0
"""Whatever it is waited for comes in seconds; on a machine that is busy with others, in minutes."""
STARTS_AT = "2026-11-20T22:00:00+00:00"


def write_recording(path: Path, scenes: int) -> Path:
    """The bundled scene so many times (38 s and ten coughs each)."""
    samples = bundled_scene().samples
    with soundfile.SoundFile(path, "w", SAMPLE_RATE_HZ, 1, "PCM_16", format="FLAC") as file:
        for _ in range(scenes):
            file.write(samples)
    return path


def write_config(
    folder: Path, recording: Path, data_dir: Path, **changes: Mapping[str, object]
) -> Path:
    """A daemon that hears the recording as fast as it can, by a clock of the recording's own."""
    source = {"id": "bed", "kind": "file", "path": str(recording), "pace": "fast"}
    config = {
        "config_version": 1,
        "sources": [{**source, "starts_at": STARTS_AT, **changes.pop("source", {})}],
        "store": {"data_dir": str(data_dir), **changes.pop("waits", {})},
        "stream": {
            "publish": f"ipc://{folder}/events.sock",
            "replay": f"ipc://{folder}/replay.sock",
            "heartbeat_s": 0.1,
        },
        **changes,
    }
    path = folder / "config.yaml"
    path.write_text(json.dumps(config))
    return path


def write_lasting_config(
    folder: Path, recording: Path, data_dir: Path, **changes: Mapping[str, object]
) -> Path:
    """One that does not end with the recording, however fast it is: it hears more beside."""
    path = write_config(folder, recording, data_dir, **changes)
    config = json.loads(path.read_text())
    beside = {"id": "beside", "kind": "file", "path": str(recording), "loop": True}
    path.write_text(json.dumps({**config, "sources": [*config["sources"], beside]}))
    return path


class LivingDaemon:
    """Runs until it is ended; a context manager that kills what is left."""

    def __init__(
        self, config: Path, others: Mapping[str, str] | None = None, log_name: str = "log"
    ) -> None:
        self._log_file = config.with_name(log_name)
        self._replay = json.loads(config.read_text())["stream"]["replay"]
        with self._log_file.open("ab") as log:
            self.process = subprocess.Popen(
                command("run", "--config", config), stderr=log, env=environment(others=others)
            )

    @property
    def log(self) -> str:
        """What it and those before it in this folder have said."""
        return self._log_file.read_text()

    def status(self) -> dict[str, Any]:
        """What it answers; asked again while it does not."""
        while True:
            document = ask_status(self._replay).document
            if document is not None and "queues" in document:
                return document
            with suppress(subprocess.TimeoutExpired):
                raise AssertionError(f"it ended with {self.process.wait(0.02)}:\n{self.log}")

    def queue(self, queue: str, counter: str) -> Any:
        """One counter of one queue, as `coughd status` shows it."""
        return self.status()["queues"][queue][counter]

    def until(self, what: str, happens: Callable[[], object]) -> None:
        """Wait for something to be so; fails after minutes, or where the daemon ends before."""
        deadline_s = time.monotonic() + PATIENCE_S
        while not happens():
            assert time.monotonic() < deadline_s, f"no {what}; its log:\n{self.log}"
            with suppress(subprocess.TimeoutExpired):
                code = self.process.wait(0.02)
                if not happens():
                    raise AssertionError(f"no {what}: it ended with {code}; its log:\n{self.log}")

    def until_written(self, changes: int) -> None:
        """Wait until so much is in the store."""
        self.until(f"{changes} changes", lambda: self.queue("store", "written") >= changes)

    def until_heard(self) -> None:
        """Wait until its recording has been heard to the end."""
        self.until("end", lambda: self.status()["sources"][0]["cause"] == "finished")

    def finish(self, patience_s: float = PATIENCE_S) -> int:
        """Wait for its end."""
        return self.process.wait(patience_s)

    def stop(self) -> int:
        """Ask it to stop, and wait."""
        self.process.send_signal(signal.SIGTERM)
        return self.finish()

    def kill(self) -> None:
        """SIGKILL."""
        self.process.kill()
        self.process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()


def read(store: Path, query: str) -> list[tuple[Any, ...]]:
    """Ask a store that may be written meanwhile."""
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as connection:
        return connection.execute(query).fetchall()


def findings(store: Path) -> list[list[tuple[Any, ...]]]:
    """What was heard of the recording: events, coverage joined where it was cut, sums.

    The same for every run.
    """
    events = read(
        store,
        "SELECT event_id, onset_sample, offset_sample, onset_us, offset_us, label, counted, "
        "probability, window, starts_epoch, epoch_id FROM events WHERE source_id = 'bed' "
        "ORDER BY event_id",
    )
    joined: list[tuple[Any, ...]] = []
    for start, end, state in read(
        store,
        "SELECT start_sample, end_sample, state FROM coverage WHERE source_id = 'bed' "
        "ORDER BY start_sample",
    ):
        goes_on = bool(joined) and joined[-1][1:] == (start, state)
        joined.append((joined.pop()[0] if goes_on else start, end, state))
    sums = read(
        store,
        "SELECT bucket_us, coughs, cough_seconds, epochs, rejected, ok_us, clipped_us, silent_us, "
        "dropped_us FROM rollup WHERE source_id = 'bed' ORDER BY bucket_us",
    )
    return [events, joined, sums]


def messages(store: Path) -> list[tuple[Any, ...]]:
    """The outbox: seq and body."""
    return read(store, "SELECT seq, body FROM outbox ORDER BY seq")
