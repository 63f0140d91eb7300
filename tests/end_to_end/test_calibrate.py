"""`coughd calibrate` on a room in which something sounds like coughs."""

from __future__ import annotations

import json
import os
import stat
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import yaml
from command_line import PATIENCE_S, command, coughd

from coughd.config.errors import ConfigError
from coughd.daemon.commands.calibrate import _write
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
    """The scene, slowed down: to the probe some of that is half a cough."""
    scene = config.with_name("room.wav")
    samples = bundled_scene().samples
    slowly = np.interp(np.arange(0, samples.size, 0.6), np.arange(samples.size), samples)
    soundfile.write(scene, slowly, SAMPLE_RATE_HZ)
    before = _CONFIG + "probe: {threshold: 0.001}\n"
    config.write_text(before)
    sure = sum((one["probability"] or 0) > 0.85 for one in _found_in(scene, config))
    an_hour = (sure + 0.5) / (slowly.size / SAMPLE_RATE_HZ / 3600)
    said = coughd("calibrate", "--json", "--write", "--false-alarms", an_hour, "-c", config)
    assert said.exit_code == 0, said.complaints
    found = json.loads(said.lines[0])
    proposal = found["proposal"]
    assert found["threshold_now"] < proposal["threshold"] < 0.9
    assert proposal["per_hour"] == pytest.approx((sure + 1) / found["sources"][0]["heard_s"] * 3600)
    assert (proposal["false_alarms"], proposal["doubtful"]) == (sure, False)
    assert found["written"] is True
    *rest, written = config.read_text().splitlines()
    assert [*rest, "probe: {threshold: 0.001}"] == before.splitlines()
    assert yaml.safe_load(written)["probe"] == {
        "threshold": proposal["threshold"],
        "minimum_level_dbfs": proposal["minimum_level_dbfs"],
    }
    assert stat.S_IMODE(config.stat().st_mode) == 0o640
    assert coughd("check-config", "--config", config).exit_code == 0
    assert sorted(path.name for path in config.parent.iterdir()) == ["config.yaml", "room.wav"]


def test_who_coughed_meanwhile_is_told_and_changes_nothing(config: Path) -> None:
    """The scene's coughs stand for false alarms that are as sure as coughs."""
    soundfile.write(config.with_name("room.wav"), bundled_scene().samples, SAMPLE_RATE_HZ)
    said = coughd("calibrate", "--false-alarms", "0", "--config", config)
    assert said.exit_code == 0, said.complaints
    assert said.lines[-2].startswith("set probe.threshold: ")
    assert said.lines[-1].startswith("did somebody cough?")
    refused = coughd("calibrate", "--false-alarms", "0", "--write", "--json", "--config", config)
    assert refused.exit_code == os.EX_UNAVAILABLE
    assert "nothing was written, since somebody may have coughed" in refused.complaints
    found = json.loads(refused.lines[0])
    assert (found["proposal"]["doubtful"], found["written"]) == (True, False)
    assert found["sources"][0]["triggers"] >= 9
    assert config.read_text() == _CONFIG


def test_a_quiet_room_keeps_its_threshold_and_its_file(config: Path) -> None:
    noise = np.random.default_rng(1).normal(0, 0.001, 20 * SAMPLE_RATE_HZ)
    soundfile.write(config.with_name("room.wav"), noise, SAMPLE_RATE_HZ)
    said = coughd("calibrate", "--write", "--config", config)
    assert said.exit_code == 0, said.complaints
    assert said.lines[0].startswith("bed: heard 20 s, noise floor -6")
    assert said.lines[1].startswith("set probe.minimum_level_dbfs: -5")
    assert said.lines[2].startswith("keep probe.threshold: ")
    assert "threshold" not in config.read_text()
    level = float(said.lines[1].split(":")[1].split(";")[0])
    assert f"minimum_level_dbfs: {level:g}" in config.read_text()
    again = coughd("calibrate", "--write", "--config", config)
    assert [line.split()[0] for line in again.lines[1:]] == ["keep", "keep"]


def test_where_nothing_is_heard_nothing_is_proposed(config: Path) -> None:
    soundfile.write(config.with_name("room.wav"), np.zeros(30 * SAMPLE_RATE_HZ), SAMPLE_RATE_HZ)
    said = coughd("calibrate", "--json", "--write", "--config", config)
    assert said.exit_code == os.EX_UNAVAILABLE
    assert "nothing but digital silence was heard" in said.complaints
    assert "unmute the microphone" in said.complaints
    assert json.loads(said.lines[0])["proposal"] is None
    assert config.read_text() == _CONFIG


@pytest.mark.parametrize("minutes", ["0", "-1", "nan"])
def test_who_listens_for_no_time_changes_nothing(config: Path, minutes: str) -> None:
    soundfile.write(config.with_name("room.wav"), bundled_scene().samples, SAMPLE_RATE_HZ)
    said = coughd("calibrate", "--minutes", minutes, "--write", "--config", config)
    assert (said.exit_code, said.lines) == (os.EX_USAGE, [])
    assert "hears nothing" in said.complaints
    assert config.read_text() == _CONFIG


def test_seconds_are_too_little_to_change_anything(config: Path) -> None:
    soundfile.write(
        config.with_name("room.wav"), bundled_scene().samples[: 3 * SAMPLE_RATE_HZ], SAMPLE_RATE_HZ
    )
    said = coughd("calibrate", "--write", "--config", config)
    assert said.exit_code == os.EX_UNAVAILABLE
    assert said.lines[0].startswith("bed: heard 3 s")
    assert "3.0 s were heard, which is too little" in said.complaints
    assert config.read_text() == _CONFIG


def test_what_was_heard_is_told_where_it_cannot_be_written(config: Path) -> None:
    noise = np.random.default_rng(1).normal(0, 0.001, 20 * SAMPLE_RATE_HZ)
    soundfile.write(config.with_name("room.wav"), noise, SAMPLE_RATE_HZ)
    done = subprocess.run(
        # No byte may be written into a file, as on a full disk.
        [
            "sh",
            "-c",
            'ulimit -f 0; exec "$@"',
            "sh",
            *command("calibrate", "--write", "-c", config),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S,
    )
    assert done.returncode == os.EX_CONFIG
    assert done.stdout.splitlines()[1].startswith("set probe.minimum_level_dbfs: -5")
    assert "could not be written (File too large); write that yourself" in done.stderr
    assert config.read_text() == _CONFIG


def test_with_hear_it_says_what_to_do(config: Path) -> None:
    config.write_text(_CONFIG + "embedder: {kind: hear, model_path: m}\n")
    (config.parent / "m").mkdir()
    soundfile.write(config.with_name("room.wav"), np.zeros(1600), SAMPLE_RATE_HZ)
    said = coughd("calibrate", "--config", config)
    assert said.exit_code == os.EX_USAGE
    assert "embedder.kind: open" in said.complaints


def test_a_file_that_cannot_be_written_leaves_no_draft_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    target = tmp_path / "config.yaml"
    target.write_text("config_version: 1\n")
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(
        ConfigError, match=r"probe\.threshold: 0\.9 could not be written .*No space left.*"
    ):
        _write(target, {"threshold": 0.9})
    assert list(tmp_path.iterdir()) == [target]
    assert target.read_text() == "config_version: 1\n"


def _found_in(scene: Path, config: Path) -> list[dict[str, Any]]:
    said = coughd("scan", "--json", "--rejected", "--config", config, scene)
    return [json.loads(line) for line in said.lines]


def test_what_is_too_quiet_is_found_and_not_counted(config: Path) -> None:
    scene = config.with_name("room.wav")
    soundfile.write(scene, bundled_scene().samples, SAMPLE_RATE_HZ)
    everything = _found_in(scene, config)
    loud = sorted(one["probability"] for one in everything if one["level_dbfs"] >= -27)
    # The threshold is so high that the probe refuses some of the scene's coughs.
    threshold = loud[len(loud) // 2]
    config.write_text(_CONFIG + f"probe: {{threshold: {threshold}, minimum_level_dbfs: -27}}\n")
    found = _found_in(scene, config)
    quiet = [one for one in found if one["reason"] == "below_level"]
    counted = [one for one in found if one["counted"]]
    assert quiet
    assert counted
    assert all(one["level_dbfs"] < -27 and one["label"] == "cough" for one in quiet)
    assert all(one["level_dbfs"] >= -27 and one["reason"] is None for one in counted)
    refused = next(
        one for one in found if one["reason"] == "below_threshold" and one["window"] == "complete"
    )
    assert refused["scores"]["cough"] == refused["probability"] < refused["threshold"]
