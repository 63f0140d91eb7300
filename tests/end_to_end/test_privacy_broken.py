"""`coughd privacy` where something was opened wider or is kept: each promise and its reasons."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import soundfile
from command_line import coughd
from patience import until
from private_daemon import (
    FILE,
    MICROPHONE,
    daemon,
    folder_with_sound,
    promise,
    reported,
    write_config,
)

from coughd.detectors.ports import SAMPLE_RATE_HZ
from coughd.detectors.synthesis import bundled_scene


@pytest.fixture
def folder() -> Iterator[Path]:
    with folder_with_sound() as made:
        yield made


def test_what_is_opened_wider_is_said(folder: Path) -> None:
    """Each promise is broken by something that was configured or done."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    config = write_config(folder, FILE, publish=f"tcp://127.0.0.1:{port}")
    recorded = {**MICROPHONE, "record_path": "bed.wav"}
    with daemon(config):
        (folder / "data/coughd.sqlite3").chmod(0o644)
        (folder / "data").chmod(0o755)
        folder.chmod(0o755)
        wide = reported(config, 1)
    (folder / "run").rmdir()
    write_config(folder, recorded)
    soundfile.write(folder / "bed.wav", bundled_scene().samples[:100], SAMPLE_RATE_HZ)
    kept = reported(config, 1)
    sentences = [reason["sentence"] for reason in promise(wide, "private")["reasons"]]
    assert any(f"{folder}/data/coughd.sqlite3: everyone can read it" in one for one in sentences)
    assert any(f"127.0.0.1:{port}" in one for one in sentences)
    assert promise(wide, "this_machine_only")["holds"] is True
    (reason,) = promise(kept, "no_sound_stored")["reasons"]
    assert f"{folder}/bed.wav" in reason["sentence"]


def test_what_is_let_in_by_key_and_kept_as_clips_is_told(folder: Path) -> None:
    """The port says itself that it asks for a key; sound that is kept is a broken promise."""
    ports = []
    for _ in range(2):
        with socket.create_server(("127.0.0.1", 0)) as free:
            ports.append(free.getsockname()[1])
    assert coughd("clips", "new-key", folder / "clips.key").exit_code == 0
    config = write_config(folder, FILE, publish=f"tcp://127.0.0.1:{ports[0]}")
    more = json.loads(config.read_text())
    more["stream"] |= {"replay": f"tcp://127.0.0.1:{ports[1]}", "curve": True}
    more["clips"] = {"keep": True, "key_file": str(folder / "clips.key")}
    config.write_text(json.dumps(more))
    assert coughd("keys", "new", "alice", "-o", folder / "a.key", "-c", config).exit_code == 0
    with daemon(config):
        until(lambda: list((folder / "data" / "clips").glob("*.clip")))
        document = reported(config, 1)
        asked = coughd("status", "--json", "-c", config)
    assert asked.exit_code == 0
    sockets = [each for process in document["processes"] for each in process["sockets"]]
    keyed = {each["local"] for each in sockets if each["asks_for_key"]}
    assert keyed == {f"127.0.0.1:{port}" for port in ports}
    assert promise(document, "this_machine_only")["holds"] is True
    assert promise(document, "private")["holds"] is True
    (reason,) = promise(document, "no_sound_stored")["reasons"]
    assert "clips of counted coughs, encrypted" in reason["sentence"]
    kinds = {file["path"]: (file["kind"], file["mode"]) for file in document["files"]}
    assert kinds[f"{folder}/data/keys/clients.json"] == ("key", "0600")
    assert kinds[f"{folder}/clips.key"] == ("key", "0600")
    clips = [mode for kind, mode in kinds.values() if kind == "clip"]
    assert set(clips) == {"0600"}
    assert coughd("privacy", "--purge", "--yes", "-c", config).exit_code == 0
    assert list((folder / "data" / "clips").iterdir()) == []
    assert (folder / "data" / "keys" / "clients.json").exists()
