"""systemd as a client sees it: the one place that runs `systemctl`."""

from __future__ import annotations

import subprocess
from pathlib import Path

from ...config.errors import CoughdError, UsageError
from .layout import Scope

PATIENCE_S = 240.0


class StillAtItError(CoughdError):
    """A tool is waited for no longer; what it was asked for goes on."""


class Systemctl:
    """Runs `systemctl`, of the machine or of the person.

    Raises
    ------
    UsageError
        This machine was not started by systemd.
    """

    def __init__(self, scope: Scope, booted: Path = Path("/run/systemd/system")) -> None:
        if not booted.is_dir():
            raise UsageError(
                "this machine was not started by systemd: run `coughd run` under what starts its "
                "services instead"
            )
        self._begin = ["systemctl", "--user"] if scope == "user" else ["systemctl"]

    def do(self, *words: str) -> None:
        """Run it; CoughdError with its own words where it fails."""
        run([*self._begin, *words])

    def show(self, unit: str, *properties: str) -> dict[str, str]:
        """Give properties of a unit, each a text, empty where there is none."""
        answer = run([*self._begin, "show", unit, f"--property={','.join(properties)}"])
        pairs = (line.partition("=") for line in answer.splitlines())
        return {name: value for name, _, value in pairs}


def run(command: list[str], patience_s: float = PATIENCE_S) -> str:
    """Run a tool of the system; gives what it printed, CoughdError where it fails."""
    named = " ".join(command)
    try:
        done = subprocess.run(  # noqa: S603 - no shell, and no words from outside
            command, capture_output=True, text=True, check=False, timeout=patience_s
        )
    except subprocess.TimeoutExpired as exc:
        raise StillAtItError(f"`{named}` has not ended within {patience_s:g} s") from exc
    except OSError as exc:
        raise CoughdError(f"`{named}` does not work here: {exc}") from exc
    if done.returncode != 0:
        raise CoughdError(f"`{named}` failed: {done.stderr.strip() or done.returncode}")
    return done.stdout
