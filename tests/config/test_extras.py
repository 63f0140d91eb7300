"""What is said about a missing package can be typed, and reaches whoever said it."""

from __future__ import annotations

import shlex
import subprocess
import sys
from importlib.machinery import ModuleSpec

import pytest

from coughd.config import extras


@pytest.mark.parametrize("pip", [ModuleSpec("pip", None), None])
def test_the_command_is_for_the_python_that_runs(
    pip: ModuleSpec | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(extras, "find_spec", lambda _name: pip)
    monkeypatch.setattr(sys, "executable", "/srv/two words/bin/python")
    typed = shlex.split(extras.command_to_add("coughd[fit]"))
    assert "/srv/two words/bin/python" in typed
    assert typed[-2:] == ["install", "coughd[fit]"]
    assert ("--python" in typed) is (pip is None)


def test_typed_in_a_shell_it_finds_this_environment() -> None:
    command = extras.command_to_add("pytest")
    if command.startswith("python3 "):
        command = command.replace("python3", sys.base_prefix + "/bin/python3", 1)
    told = subprocess.run(
        [*shlex.split(command), "--dry-run", "--no-index"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    assert "already satisfied: pytest" in told.stdout
