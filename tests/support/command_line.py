"""The command line as its user meets it: a process, its words and its exit code."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

PATIENCE_S = 300.0
"""Whoever loads TensorFlow beside others that do needs minutes on a busy machine."""


@dataclass(frozen=True, slots=True)
class Said:
    """How one command ended."""

    exit_code: int
    lines: list[str]
    complaints: str


def command(*arguments: object) -> list[str]:
    return [sys.executable, "-m", "coughd.daemon", *map(str, arguments)]


def environment(
    *, python_path: Path | None = None, others: Mapping[str, str] | None = None
) -> dict[str, str]:
    """This process's own, with what is given; modules in `python_path` are found first."""
    environ = {**os.environ, **(others or {})}
    if python_path is not None:
        search = [str(python_path), environ.get("PYTHONPATH", "")]
        environ["PYTHONPATH"] = os.pathsep.join(filter(None, search))
    return environ


def coughd(*arguments: object, python_path: Path | None = None) -> Said:
    """Run one command to its end."""
    done = subprocess.run(
        command(*arguments),
        capture_output=True,
        text=True,
        check=False,
        env=environment(python_path=python_path),
        timeout=PATIENCE_S,
    )
    return Said(done.returncode, done.stdout.splitlines(), done.stderr)
