"""`coughd keys` as a user calls it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from coughd.daemon.commands.keys import keys


def new_key(folder: Path, **stream: object) -> Result:
    config = folder / "config.yaml"
    document = {"config_version": 1, "node": "rack1", "store": {"data_dir": "data"}}
    config.write_text(json.dumps({**document, "stream": stream}))
    asked = ["new", "alice", "-o", str(folder / "alice.key"), "--config", str(config)]
    return CliRunner().invoke(keys, asked)


@pytest.mark.parametrize(
    ("host", "called"),
    [("192.168.1.7", "192.168.1.7"), ("*", "rack1"), ("[fd00::7]", "[fd00::7]"), ("[::]", "rack1")],
)
def test_what_its_holder_types_is_said(host: str, called: str, tmp_path: Path) -> None:
    said = new_key(tmp_path, curve=True, publish=f"tcp://{host}:5570", replay=f"tcp://{host}:5571")
    line = f"--publish tcp://{called}:5570 --replay tcp://{called}:5571"
    assert f"there: coughd watch --key alice.key {line}" == said.stdout.splitlines()[-1]
    assert "" == said.stderr


@pytest.mark.parametrize(
    ("stream", "words"),
    [
        ({"publish": "tcp://127.0.0.1:5570"}, "only with stream.curve: true"),
        ({"curve": True}, "No other machine reaches stream.publish (ipc:///"),
        (
            {"curve": True, "publish": "tcp://192.168.1.7:5570", "replay": "tcp://127.0.0.1:5571"},
            "No other machine reaches stream.replay (tcp://127.0.0.1:5571); write",
        ),
    ],
)
def test_a_key_that_nobody_can_use_is_not_handed_over_in_silence(
    stream: dict[str, object], words: str, tmp_path: Path
) -> None:
    said = new_key(tmp_path, **stream)
    assert words in said.stderr
    assert 1 == len(said.stdout.splitlines())
    assert (tmp_path / "alice.key").exists()
