from __future__ import annotations

import json
import os
import pty
import subprocess
from pathlib import Path

from command_line import PATIENCE_S, command, environment

from coughd.detectors.synthesis import bundled_scene, write_scene

_LINE_ERASED = "\x1b[2K"


def on_a_terminal(*arguments: object) -> str:
    """What a terminal is sent, standard error and control sequences included."""
    ours, theirs = pty.openpty()
    with subprocess.Popen(command(*arguments), stdout=theirs, stderr=theirs) as process:
        os.close(theirs)
        sent = b""
        try:
            while chunk := os.read(ours, 4096):
                sent += chunk
        except OSError:
            pass  # how Linux says that the other end is closed
        finally:
            os.close(ours)
        process.wait(PATIENCE_S)
    return sent.decode()


def test_the_progress_bar_is_gone_when_the_table_begins(tmp_path: Path) -> None:
    path = tmp_path / "scene.flac"
    write_scene(bundled_scene(), path)
    before, heading, _ = on_a_terminal("scan", path).partition("onset s")
    assert heading
    _, bar, after = before.rpartition("\N{BOX DRAWINGS HEAVY HORIZONTAL}")
    assert bar
    assert _LINE_ERASED in after


def test_a_name_with_tabs_and_half_letters_shifts_no_column(tmp_path: Path) -> None:
    write_scene(bundled_scene(), tmp_path / "scene.flac")
    path = (tmp_path / "scene.flac").rename(tmp_path / "a\tb\udce9.flac")
    strict = environment(others={"PYTHONIOENCODING": "utf-8:strict"})
    for option in ("--rejected", "--json"):
        done = subprocess.run(
            command("scan", path, option), capture_output=True, check=True, env=strict
        )
        lines = done.stdout.decode().splitlines()
        assert lines
        if option == "--json":
            assert json.loads(lines[0])["file"].endswith("a\tb\N{REPLACEMENT CHARACTER}.flac")
        else:
            assert {len(line.split("\t")) for line in lines} == {14}
