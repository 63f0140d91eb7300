"""A daemon, its data and a subscriber that logs, where faults can be done to them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from children import children_of
from command_line import environment
from living_daemon import LivingDaemon
from victim import SUPPORT

from .fake_microphone import write_fake
from .fake_tensorflow import write_tensorflow
from .recordings import Recording

MICROPHONE = "mic"
NIGHT = "night-"
"""How the ids of the files begin that are heard once."""
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Burden:
    """What the daemon and its children take together."""

    resident_bytes: int
    descriptors: int
    threads: int


class Bench:
    """Runs the daemon on given sources; a context manager that leaves no process behind."""

    def __init__(self, folder: Path, faulty_disk: Path, heard_by_microphone: Recording) -> None:
        self.folder = folder
        self.data_dir = folder / "data"
        self.data_dir.mkdir(mode=0o700)
        self._config = folder / "config.yaml"
        self.fakes = write_fake(folder / "fake", heard_by_microphone.path)
        self._hear = write_tensorflow(self.fakes)
        self._environ = {
            **environment(python_path=self.fakes),
            "LD_PRELOAD": str(faulty_disk),
            "FAULTY_DISK_FOLDER": str(self.data_dir),
        }
        self._listener: subprocess.Popen[bytes] | None = None

    def set_sources(
        self, sources: Sequence[Mapping[str, object]], microphone: str = "Fake"
    ) -> None:
        """What the next daemon hears, beside the microphone of this name."""
        config = {
            "config_version": 1,
            "sources": [
                *sources,
                {"id": MICROPHONE, "kind": "microphone", "device": microphone},
            ],
            "embedder": {"kind": "hear", "model_path": str(self._hear)},
            "coverage": {"progress_s": 1.0},
            "retention": {"ballast_mb": 1, "free_space_mb": 1},
            "store": {"data_dir": str(self.data_dir)},
            "stream": {
                "publish": f"ipc://{self.folder}/events.sock",
                "replay": f"ipc://{self.folder}/replay.sock",
                "heartbeat_s": 0.2,
            },
        }
        self._config.write_text(json.dumps(config))

    def start_daemon(self) -> None:
        """In place of one that has ended."""
        self.daemon = LivingDaemon(self._config, self._environ, log_name="daemon.log")

    def until_listening(self) -> None:
        """Wait until the microphone is heard."""
        self.daemon.until("microphone", lambda: self.heard_samples() > 0)

    def files_are_heard(self) -> bool:
        """Whether every file has been heard to its end."""
        sources = self.daemon.status()["sources"]
        return all(one["cause"] == "finished" for one in sources if one["kind"] == "file")

    def burden(self) -> Burden:
        """What the daemon and its children take now."""
        resident = descriptors = threads = 0
        for pid in (self.daemon.process.pid, *self.children()):
            place = Path(f"/proc/{pid}")
            resident += int((place / "statm").read_text().split()[1]) * _PAGE_BYTES
            descriptors += len(list((place / "fd").iterdir()))
            threads += len(list((place / "task").iterdir()))
        return Burden(resident, descriptors, threads)

    def children(self) -> list[int]:
        """The daemon's capture processes and its embedder."""
        return children_of(self.daemon.process.pid)

    def embedder(self) -> int | None:
        """The process that runs HeAR, while there is one."""
        pid: int | None = self.daemon.status()["hear"]["pid"]
        return pid

    def captures(self) -> set[int]:
        """The daemon's capture processes."""
        return {*self.children()} - {self.embedder()}

    def heard_samples(self) -> int:
        """Of the microphone, since the daemon's start."""
        heard: int = self._source(MICROPHONE).get("heard_samples", 0)
        return heard

    def restart_listener(self) -> None:
        """Kill the subscriber, if there is one, and start one that goes on where its log ends."""
        self.kill_listener()
        script = str(SUPPORT / "stream_listener.py")
        self._listener = subprocess.Popen(
            [sys.executable, script, str(self.folder), "own-log"], stdout=subprocess.DEVNULL
        )

    def kill_listener(self) -> None:
        """SIGKILL."""
        if self._listener is not None:
            self._listener.kill()
            self._listener.wait()
            self._listener = None

    @property
    def delivered(self) -> list[str]:
        """What the subscriber has logged, whole lines only."""
        whole, _, _ = (self.folder / "log").read_text().rpartition("\n")
        return whole.splitlines()

    def _source(self, source_id: str) -> dict[str, Any]:
        sources = self.daemon.status()["sources"]
        return next((one for one in sources if one["id"] == source_id), {})

    def __enter__(self) -> Self:
        self.restart_listener()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill_listener()
        self.daemon.kill()
