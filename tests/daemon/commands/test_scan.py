from __future__ import annotations

import os
import pty
import subprocess
from pathlib import Path

from command_line import PATIENCE_S, command

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
