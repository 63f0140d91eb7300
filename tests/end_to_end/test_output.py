"""Whoever reads what is printed may leave, and where it is written there may be no room."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from command_line import PATIENCE_S, command, environment

MUCH = ("check-config", "--schema")
"""Prints some pages, and needs no configuration."""


def test_a_reader_that_has_seen_enough_is_no_fault() -> None:
    ours, theirs = os.pipe()
    os.close(ours)
    done = subprocess.run(
        command(*MUCH),
        stdout=theirs,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        env=environment(),
        timeout=PATIENCE_S,
    )
    os.close(theirs)
    assert (os.EX_OK, "") == (done.returncode, done.stderr)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_output_without_room_is_said_in_a_sentence() -> None:
    with Path("/dev/full").open("w", encoding="utf-8") as full:
        done = subprocess.run(
            command(*MUCH),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            env=environment(),
            timeout=PATIENCE_S,
        )
    sentence = "coughd: what is said cannot be written: No space left on device\n"
    assert (os.EX_IOERR, sentence) == (done.returncode, done.stderr)


def test_a_closed_output_is_one_that_nobody_reads() -> None:
    done = subprocess.run(
        ["sh", "-c", '"$@" >&-', "sh", *command(*MUCH)],
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        env=environment(),
        timeout=PATIENCE_S,
    )
    assert (os.EX_OK, "") == (done.returncode, done.stderr)
