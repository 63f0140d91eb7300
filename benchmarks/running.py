"""A daemon of the benchmark's own, and what the kernel says of its processes."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from coughd.daemon.subscriber import Message, Subscriber

START_S = 60.0
STOP_S = 20.0


@dataclass(frozen=True, slots=True)
class Daemon:
    """A running `coughd run`."""

    process: subprocess.Popen[bytes]
    folder: Path

    @property
    def store(self) -> Path:
        return self.folder / "data" / "coughd.sqlite3"

    def subscriber(self) -> Subscriber:
        """Hear everything from the beginning, and what is not kept as it comes."""
        return Subscriber(*_addresses(self.folder), since_seq=0, ephemeral=True)

    def capture_pids(self) -> list[int]:
        """The capture processes."""
        tasks = Path(f"/proc/{self.process.pid}/task").iterdir()
        return [int(pid) for task in tasks for pid in (task / "children").read_text().split()]


@contextmanager
def running_daemon(
    folder: Path,
    sources: Sequence[Mapping[str, object]],
    *,
    environ: Mapping[str, str] | None = None,
    core: int | None = None,
    more: Mapping[str, object] | None = None,
) -> Iterator[Daemon]:
    """Start a daemon, on one core only if asked, with `more` sections; stop it at the end."""
    publish, replay = _addresses(folder)
    config = folder / "config.yaml"
    config.write_text(
        yaml.safe_dump(
            {
                "config_version": 1,
                "sources": list(sources),
                "store": {"data_dir": str(folder / "data")},
                "stream": {"publish": publish, "replay": replay},
                "logging": {"level": "warning"},
                **(more or {}),
            }
        ),
        encoding="utf-8",
    )
    command = [sys.executable, "-m", "coughd.daemon", "run", "--config", str(config)]
    process = subprocess.Popen(command, env=environ)
    try:
        if core is not None:
            os.sched_setaffinity(process.pid, {core})
        yield Daemon(process, folder)
    finally:
        process.terminate()
        process.wait(STOP_S)


def wait_for(subscriber: Subscriber, accept: Callable[[Message], bool]) -> float:
    """`time.monotonic()` at which a message came that `accept` takes."""
    deadline_s = time.monotonic() + START_S
    for item in subscriber.messages(START_S):
        now_s = time.monotonic()
        if isinstance(item, Message) and accept(item):
            return now_s
        if now_s > deadline_s:
            break
    raise SystemExit(f"the daemon did not say what was waited for within {START_S:.0f} s")


def is_up(message: Message) -> bool:
    """Whether a source is heard from now on."""
    return message.topic.startswith("source.up.")


def cpu_s(pid: int) -> float:
    """Processor time of the threads of a process so far.

    By the scheduler's own nanoseconds: the ticks of `stat` are a sample, and count a thread that
    sleeps and wakes in step with them more than twice.
    """
    schedstats = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(stat.read_text().split()[0]) for stat in schedstats) / 1e9


def memory_mb(pid: int) -> tuple[float, float]:
    """Proportional and resident memory: pages shared with others in shares, and whole."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="utf-8")
    found = dict(re.findall(r"^(Pss|Rss): +(\d+) kB", text, re.MULTILINE))
    return int(found["Pss"]) / 1000, int(found["Rss"]) / 1000


def _addresses(folder: Path) -> tuple[str, str]:
    return f"ipc://{folder}/events.sock", f"ipc://{folder}/replay.sock"
