"""`coughd privacy --purge` forgets what was heard, never beside a daemon that still hears."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import Said, coughd
from private_daemon import folder_with_sound, listening


@pytest.fixture
def folder() -> Iterator[Path]:
    with folder_with_sound() as made:
        yield made


def test_a_purge_needs_a_yes_and_a_stopped_daemon(folder: Path) -> None:
    with listening(folder, "file") as (config, _):
        running = coughd("privacy", "--purge", "--yes", "--config", config)
    before = sorted((folder / "data").iterdir())
    unasked = coughd("privacy", "--purge", "--config", config)
    assert sorted((folder / "data").iterdir()) == before
    done = coughd("privacy", "--purge", "--yes", "--config", config)
    assert sentence(running, os.EX_TEMPFAIL).endswith("choose another store.data_dir")
    assert "--yes" in sentence(unasked, os.EX_USAGE)
    assert (done.exit_code, done.complaints) == (0, "")
    assert [path.name for path in (folder / "data").iterdir()] == ["coughd.lock"]
    assert (folder / "sound.wav").exists()
    assert f"deleted {folder}/data/coughd.sqlite3" in done.lines
    again = coughd("privacy", "--purge", "--yes", "--json", "--config", config)
    assert json.loads(again.lines[0]) == {"deleted": [], "left": []}


def sentence(said: Said, exit_code: int) -> str:
    assert (said.exit_code, said.lines) == (exit_code, [])
    (one,) = said.complaints.splitlines()
    return one
