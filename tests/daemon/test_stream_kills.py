"""Both ends are killed again and again; the subscriber's log is the store all the same."""

from __future__ import annotations

import itertools
import json
import random
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

HERE = Path(__file__).parent
BATCHES = 30
KILLS = ("sender", "listener") * 3


class Victim:
    """A process that says a number per step, until it is killed without warning."""

    def __init__(self, program: str, *arguments: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, str(HERE / program), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._due = 0

    def order(self, count: int) -> None:
        """Let it do so many steps, of its own accord from here on."""
        assert self._process.stdin is not None
        self._due += count
        self._process.stdin.write("\n" * count)
        self._process.stdin.flush()

    def steps(self, count: int) -> int:
        """Wait for so many steps; gives the last number."""
        assert self._process.stdout is not None
        self._due -= count
        lines = list(itertools.islice(self._process.stdout, count))
        assert len(lines) == count, "it ended by itself"
        return int(lines[-1])

    def finish(self) -> None:
        self.steps(self._due)

    def until(self, number: int) -> None:
        while self.steps(1) < number:
            pass

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()


def stored(folder: Path, sources: list[str]) -> list[str]:
    with closing(sqlite3.connect(folder / "store.sqlite3")) as connection:
        bodies = [body for (body,) in connection.execute("select body from outbox order by seq")]
    return [body for body in bodies if not sources or json.loads(body)["source"]["id"] in sources]


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("keeps", ["own-log", "cursor"])
def test_killed_at_both_ends_the_log_is_the_store(tmp_path: Path, keeps: str, seed: int) -> None:
    chance = random.Random(f"{keeps}-{seed}")
    sources = ["bed"] if seed % 2 else []
    boots = (f"boot-{number}" for number in itertools.count())

    def new_sender() -> Victim:
        return Victim("stream_sender.py", str(tmp_path), next(boots), str(seed))

    def new_listener() -> Victim:
        return Victim("stream_listener.py", str(tmp_path), keeps, *sources)

    sender, listener = new_sender(), new_listener()
    try:
        for victim in chance.sample(KILLS, len(KILLS)):
            sender.order(BATCHES)
            sender.steps(chance.randint(1, BATCHES))
            listener.steps(chance.randint(1, 15))
            if victim == "sender":
                sender.kill()
                sender = new_sender()
            else:
                listener.kill()
                listener = new_listener()
        sender.order(BATCHES)
        sender.finish()
        expected = stored(tmp_path, sources)
        listener.until(json.loads(expected[-1])["seq"])
    finally:
        sender.kill()
        listener.kill()

    logged = (tmp_path / "log").read_text().splitlines()
    if keeps == "cursor":
        # A body that was killed before it could finish gets its message again, and no other.
        once = [line for line, _ in itertools.groupby(logged)]
        assert len(logged) - len(once) <= KILLS.count("listener")
        logged = once
    assert logged == expected
