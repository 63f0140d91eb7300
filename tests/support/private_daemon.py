"""A real `coughd run` in a folder of its own, and what `coughd privacy` says of it."""

from __future__ import annotations

import json
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import soundfile
from command_line import command, coughd, environment
from pulse import pulse_server, skip_unless_available

from coughd.detectors.ports import SAMPLE_RATE_HZ
from coughd.detectors.synthesis import bundled_scene

FILE = {"id": "bed", "kind": "file", "path": "sound.wav", "loop": True}
MICROPHONE = {"id": "bed", "kind": "microphone", "sample_rate_hz": 48_000}


def write_config(folder: Path, source: Mapping[str, object], **stream: str) -> Path:
    (folder / "run").mkdir(mode=0o700)
    config = folder / "config.yaml"
    sockets = {
        "publish": f"ipc://{folder}/run/events.sock",
        "replay": f"ipc://{folder}/run/replay.sock",
    }
    config.write_text(
        json.dumps(
            {
                "config_version": 1,
                "sources": [source],
                "store": {"data_dir": "data"},
                "stream": {**sockets, **stream},
            }
        )
    )
    return config


@contextmanager
def daemon(config: Path, sound: Mapping[str, str] | None = None) -> Iterator[int]:
    """A real one that hears something; gives its process number."""
    others = {key: value for key, value in (sound or {}).items() if key != "PATH"}
    with subprocess.Popen(
        command("run", "--config", config),
        stderr=subprocess.PIPE,
        text=True,
        env=environment(others=others),
        umask=0o022,
    ) as process:
        try:
            assert process.stderr is not None
            said = []
            for line in process.stderr:
                said.append(line)
                if " is up " in line:
                    break
            else:
                pytest.fail("".join(said))
            yield process.pid
        finally:
            process.send_signal(signal.SIGTERM)
            process.communicate()


@contextmanager
def folder_with_sound() -> Iterator[Path]:
    """Not pytest's folder, which other users never may enter."""
    with tempfile.TemporaryDirectory(prefix="privacy-") as name:
        sound = bundled_scene().samples[: 4 * SAMPLE_RATE_HZ]
        soundfile.write(Path(name) / "sound.wav", sound, SAMPLE_RATE_HZ)
        yield Path(name)


@contextmanager
def listening(folder: Path, kind: str) -> Iterator[tuple[Path, int]]:
    if kind == "file":
        config = write_config(folder, FILE)
        with daemon(config) as pid:
            yield config, pid
    else:
        skip_unless_available()
        config = write_config(folder, MICROPHONE)
        with pulse_server(48_000) as server, daemon(config, server.environ) as pid:
            yield config, pid


def reported(config: Path, exit_code: int = 0) -> dict[str, Any]:
    said = coughd("privacy", "--json", "--config", config)
    assert (said.exit_code, said.complaints) == (exit_code, ""), "\n".join(said.lines)
    document = json.loads("\n".join(said.lines))
    assert isinstance(document, dict)
    return document


def promise(document: dict[str, Any], name: str) -> dict[str, Any]:
    (found,) = (each for each in document["promises"] if each["name"] == name)
    assert isinstance(found, dict)
    return found
