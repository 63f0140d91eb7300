"""Whoever reads what is printed may leave, and where it is written there may be no room."""

from __future__ import annotations

import os
import pty
import subprocess
import termios
from pathlib import Path
from typing import IO

import pytest
from command_line import PATIENCE_S, command, environment
from one_sound import write_config

MUCH = command("check-config", "--schema")
"""Prints some pages, and needs no configuration."""


def ended(*words: str, stdout: int | IO[str] | None = None) -> tuple[int, str]:
    """The exit code of a command, and what it said on standard error."""
    done = subprocess.run(
        words,
        stdout=stdout,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        env=environment(),
        timeout=PATIENCE_S,
    )
    return done.returncode, done.stderr


def test_a_reader_that_has_seen_enough_is_no_fault() -> None:
    ours, theirs = os.pipe()
    os.close(ours)
    assert (os.EX_OK, "") == ended(*MUCH, stdout=theirs)
    os.close(theirs)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_output_without_room_is_said_in_a_sentence() -> None:
    sentence = "coughd: what is said cannot be written: No space left on device\n"
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        assert (os.EX_IOERR, sentence) == ended(*MUCH, stdout=full)


def test_a_closed_output_is_one_that_nobody_reads() -> None:
    assert (os.EX_OK, "") == ended("sh", "-c", '"$@" >&-', "sh", *MUCH)


def test_a_name_that_is_no_text_is_shown_with_question_marks(tmp_path: Path) -> None:
    config = tmp_path / os.fsdecode(b"caf\xe9.yaml")
    config.write_text("config_version: 1\n")
    done = subprocess.run(
        command("check-config", "--config", config),
        capture_output=True,
        check=False,
        env=environment(others={"PYTHONIOENCODING": "utf-8:strict"}),
        timeout=PATIENCE_S,
    )
    assert (done.returncode, done.stderr) == (os.EX_OK, b"")
    assert b"caf?.yaml: no mistakes" in done.stdout


def test_a_daemon_hears_and_ends_though_its_terminal_is_halted(tmp_path: Path) -> None:
    """Ctrl-S: the thread that hears also says what becomes of its sources."""
    reading, writing = pty.openpty()
    with os.fdopen(reading), os.fdopen(writing, "w") as terminal:
        termios.tcflow(writing, termios.TCOOFF)
        daemon = subprocess.Popen(
            command("run", "--config", write_config(tmp_path)), stderr=terminal, env=environment()
        )
        try:
            assert daemon.wait(PATIENCE_S) == os.EX_OK
        finally:
            daemon.kill()
            daemon.wait()
