"""`coughd calibrate` on a room in which something sounds like coughs."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import numpy as np
import pytest
import soundfile
from command_line import coughd

from coughd.detectors.ports import SAMPLE_RATE_HZ
from coughd.detectors.synthesis import bundled_scene

_CONFIG = """\
# the bedroom
config_version: 1
sources:
  - {id: bed, kind: file, path: room.wav, pace: fast}
store: {data_dir: data}
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.yaml"
    path.write_text(_CONFIG)
    path.chmod(0o640)
    return path


def test_a_threshold_is_proposed_and_written(config: Path) -> None:
    """The scene's coughs stand for false alarms that are as sure as coughs."""
    soundfile.write(config.with_name("room.wav"), bundled_scene().samples, SAMPLE_RATE_HZ)
    said = coughd("calibrate", "--json", "--write", "--false-alarms", "0", "--config", config)
    assert said.exit_code == 0, said.complaints
    found = json.loads(said.lines[0])
    proposal = found["proposal"]
    assert proposal["threshold"] > found["threshold_now"]
    assert (proposal["false_alarms"], found["written"]) == (0, True)
    assert found["sources"][0]["triggers"] >= 9
    assert config.read_text() == _CONFIG.replace(
        "config_version", f"probe: {{threshold: {proposal['threshold']:g}}}\nconfig_version"
    )
    assert stat.S_IMODE(config.stat().st_mode) == 0o640
    assert coughd("check-config", "--config", config).exit_code == 0
    assert sorted(path.name for path in config.parent.iterdir()) == ["config.yaml", "room.wav"]


def test_who_coughed_meanwhile_is_told(config: Path) -> None:
    one_cough = bundled_scene().samples[: round(3.5 * SAMPLE_RATE_HZ)]
    soundfile.write(config.with_name("room.wav"), one_cough, SAMPLE_RATE_HZ)
    said = coughd("calibrate", "--false-alarms", "0", "--config", config)
    assert said.exit_code == 0, said.complaints
    assert said.lines[-2].startswith("set probe.threshold: ")
    assert said.lines[-1].startswith("did somebody cough?")


def test_a_quiet_room_keeps_its_threshold_and_its_file(config: Path) -> None:
    noise = np.random.default_rng(1).normal(0, 0.001, 20 * SAMPLE_RATE_HZ)
    soundfile.write(config.with_name("room.wav"), noise, SAMPLE_RATE_HZ)
    said = coughd("calibrate", "--write", "--config", config)
    assert said.exit_code == 0, said.complaints
    assert said.lines[0].startswith("bed: heard 20 s, noise floor -6")
    assert said.lines[-1].startswith("keep probe.threshold: ")
    assert config.read_text() == _CONFIG


def test_where_nothing_is_heard_nothing_is_proposed(config: Path) -> None:
    soundfile.write(config.with_name("room.wav"), np.zeros(30 * SAMPLE_RATE_HZ), SAMPLE_RATE_HZ)
    said = coughd("calibrate", "--json", "--write", "--config", config)
    assert said.exit_code == os.EX_UNAVAILABLE
    assert "see coughd doctor" in said.complaints
    assert json.loads(said.lines[0])["proposal"] is None
    assert config.read_text() == _CONFIG


def test_with_hear_it_says_what_to_do(config: Path) -> None:
    config.write_text(_CONFIG + "embedder: {kind: hear, model_path: m}\n")
    (config.parent / "m").mkdir()
    soundfile.write(config.with_name("room.wav"), np.zeros(1600), SAMPLE_RATE_HZ)
    said = coughd("calibrate", "--config", config)
    assert said.exit_code == os.EX_USAGE
    assert "embedder.kind: open" in said.complaints
