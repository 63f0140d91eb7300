"""A configuration that works, on four seconds of sound that hold a cough; what its store holds."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import soundfile
from command_line import Said

from coughd.detectors.ports import SAMPLE_RATE_HZ
from coughd.detectors.synthesis import bundled_scene

STORE_FILE = "coughd.sqlite3"


def write_config(folder: Path, **changes: object) -> Path:
    """A configuration that works, with some of its top-level keys changed."""
    sound = folder / "sound.wav"
    soundfile.write(sound, bundled_scene().samples[: 4 * SAMPLE_RATE_HZ], SAMPLE_RATE_HZ)
    config = {
        "config_version": 1,
        "sources": [{"id": "bed", "kind": "file", "path": "sound.wav", "pace": "fast"}],
        "store": {"data_dir": "data"},
        "stream": {
            "publish": f"ipc://{folder}/events.sock",
            "replay": f"ipc://{folder}/replay.sock",
        },
        **changes,
    }
    path = folder / "config.yaml"
    path.write_text(json.dumps(config))
    return path


def stored(data_dir: Path) -> list[str]:
    """All that the store holds, as SQL."""
    with closing(sqlite3.connect(data_dir / STORE_FILE)) as connection:
        return list(connection.iterdump())


def assert_one_sentence(said: Said, exit_code: int, says: str) -> None:
    assert (said.exit_code, said.lines) == (exit_code, [])
    (sentence,) = said.complaints.splitlines()
    assert sentence.startswith("coughd: ")
    assert says in sentence


def for_ever(folder: Path) -> dict[str, object]:
    """The same sound as a source that never ends."""
    return {"id": "bed", "kind": "file", "path": str(folder / "sound.wav"), "loop": True}
