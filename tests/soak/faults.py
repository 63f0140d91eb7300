"""What happens to the daemon: one fault at a time, chosen by a seeded chance."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import zmq
from living_daemon import STORE_FILE, LivingDaemon

from coughd.storage.lock import holder_of
from coughd.storage.upkeep.backup import back_up

from .bench import Bench

KILLS_OF_OURS = (
    "kill the daemon",
    "kill the daemon as it starts",
    "kill the capture process",
    "kill the embedder",
)
KILLS = (*KILLS_OF_OURS, "kill the subscriber")
OTHERS = (
    "stop and start",
    "stop as it starts",
    "hang up",
    "freeze the daemon",
    "refuse to write",
    "take long to write",
    "lock the store",
    "delete the store",
    "back up",
    "send garbage",
)
HARMLESS = tuple(name for name in OTHERS if not name.startswith("stop"))
"""What a daemon lives through."""
_LONGEST_S = 1.0
_START_S = 1.5
"""A start takes about so long: what happens within it may meet any part of it."""


class Faults:
    """Does harm to what stands on a bench; counts what it did."""

    def __init__(self, bench: Bench, chance: random.Random, longest_peace_s: float) -> None:
        self._bench = bench
        self._chance = chance
        self._longest_peace_s = longest_peace_s
        self.done: Counter[str] = Counter()
        self.back_s: dict[str, list[float]] = {"daemon": [], "capture process": []}
        """How long it took each time until the microphone was heard again."""
        self.stops_s: list[float] = []
        """How long each stop took."""
        self._do: dict[str, Callable[[], None]] = {
            "kill the daemon": self._kill_daemon,
            "kill the daemon as it starts": self._kill_starting,
            "kill the capture process": self._kill_capture,
            "kill the embedder": self._kill_embedder,
            "kill the subscriber": bench.restart_listener,
            "stop and start": self._stop_and_start,
            "stop as it starts": self._stop_starting,
            "hang up": lambda: self._daemon.process.send_signal(signal.SIGHUP),
            "freeze the daemon": self._freeze,
            "refuse to write": self._refuse,
            "take long to write": self._take_long,
            "lock the store": self._lock,
            "delete the store": self._delete,
            "back up": self._back_up,
            "send garbage": self._send_garbage,
        }

    @property
    def _daemon(self) -> LivingDaemon:
        return self._bench.daemon

    def one(self, among: tuple[str, ...]) -> None:
        """Let one of these happen, of those that have happened least, and be over."""
        fewest = min(self.done[name] for name in among)
        which = self._chance.choice([name for name in among if self.done[name] == fewest])
        self._do[which]()
        self.done[which] += 1

    @property
    def kills(self) -> int:
        """How often a process of ours was killed."""
        return sum(self.done[name] for name in KILLS_OF_OURS)

    def peace(self) -> None:
        """Do nothing for a random while."""
        self._pause(self._longest_peace_s)

    def _pause(self, longest_s: float = _LONGEST_S) -> None:
        """A random while, in which the daemon must not end by itself."""
        with suppress(subprocess.TimeoutExpired):
            code = self._daemon.process.wait(self._chance.uniform(0.05, longest_s))
            raise AssertionError(f"it ended with {code}:\n{self._daemon.log}")

    def _kill_daemon(self) -> None:
        children = self._bench.children()
        self._daemon.kill()
        assert holder_of(self._bench.data_dir) is None, "the lock outlived its daemon"
        self._start_again()
        self._daemon.until("end of its children", lambda: not any(map(_is_alive, children)))

    def _kill_starting(self) -> None:
        self._daemon.kill()
        self._bench.start_daemon()
        self._pause(_START_S)
        self._kill_daemon()

    def _stop_and_start(self) -> None:
        assert self._stop() == os.EX_OK, self._daemon.log
        self._start_again()

    def _stop_starting(self) -> None:
        assert self._stop() == os.EX_OK, self._daemon.log
        self._bench.start_daemon()
        self._pause(_START_S)
        # Until it has anything to close, it ends as the signal has it.
        assert self._stop() in {os.EX_OK, -signal.SIGTERM}, self._daemon.log
        self._start_again()

    def _stop(self) -> int:
        began_s = time.monotonic()
        code = self._daemon.stop()
        self.stops_s.append(time.monotonic() - began_s)
        left = [path.name for path in self._bench.folder.glob("*.sock")]
        assert not left, f"sockets {left} outlived their daemon"
        return code

    def _start_again(self) -> None:
        began_s = time.monotonic()
        self._bench.start_daemon()
        self._bench.until_listening()
        self.back_s["daemon"].append(time.monotonic() - began_s)

    def _kill_capture(self) -> None:
        former = self._bench.captures()
        began_s = time.monotonic()
        for pid in former:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._daemon.until("capture process", lambda: self._bench.captures() - former)
        heard = self._bench.heard_samples()
        self._daemon.until("microphone", lambda: self._bench.heard_samples() > heard)
        self.back_s["capture process"].append(time.monotonic() - began_s)

    def _kill_embedder(self) -> None:
        self._daemon.until("embedder", lambda: self._bench.embedder() is not None)
        pid = self._bench.embedder()
        with suppress(ProcessLookupError):
            if pid is not None:
                os.kill(pid, signal.SIGKILL)

    def _freeze(self) -> None:
        self._daemon.process.send_signal(signal.SIGSTOP)
        try:
            self._pause()
        finally:
            self._daemon.process.send_signal(signal.SIGCONT)

    def _refuse(self) -> None:
        self._fail(self._chance.choice(("EROFS", "EIO", "ENOSPC", "EDQUOT")))

    def _take_long(self) -> None:
        self._fail(f"slow {self._chance.uniform(0.05, 0.5):.2f}")

    def _fail(self, how: str) -> None:
        note = self._bench.data_dir / "FAULT"
        note.write_text(how)
        try:
            self._pause()
        finally:
            note.unlink()
        self._until_written()

    def _lock(self) -> None:
        with closing(sqlite3.connect(self._store, isolation_level=None, timeout=30)) as other:
            other.execute("BEGIN IMMEDIATE")
            self._pause()
        self._until_written()

    def _delete(self) -> None:
        for path in self._bench.data_dir.glob(f"{STORE_FILE}*"):
            path.unlink(missing_ok=True)  # the first may have been put back by now
        # Killed before it is put back, what was in it would be gone.
        self._daemon.until("store", self._store.exists)
        self._until_written()

    def _back_up(self) -> None:
        target = self._bench.folder / "backup"
        target.unlink(missing_ok=True)
        back_up(self._store, target)

    def _send_garbage(self) -> None:
        with zmq.Context() as context:
            for _ in range(20):
                with context.socket(zmq.DEALER) as peer:
                    peer.setsockopt(zmq.LINGER, 0)
                    peer.connect(f"ipc://{self._bench.folder}/replay.sock")
                    size = self._chance.choice((0, 1, 100, 100_000))
                    peer.send_multipart([self._chance.randbytes(size)] * self._chance.randint(1, 4))
        self._daemon.status()

    @property
    def _store(self) -> Path:
        return self._bench.data_dir / STORE_FILE

    def _until_written(self) -> None:
        self._daemon.until("commit", lambda: self._daemon.queue("store", "refused") is None)


def _is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
