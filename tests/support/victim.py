"""A process that is killed without warning."""

from __future__ import annotations

import itertools
import subprocess
import sys
from pathlib import Path

SUPPORT = Path(__file__).parent


class Victim:
    """Runs Python with these arguments; each line it writes is a number, and a step done."""

    def __init__(self, *arguments: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, *arguments],
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
        """Wait for all that was ordered."""
        self.steps(self._due)

    def until(self, number: int) -> None:
        """Wait for a step that says at least this number."""
        while self.steps(1) < number:
            pass

    def kill(self) -> None:
        """SIGKILL."""
        self._process.kill()
        self._process.communicate()
