"""Networks of one's own hear instead of the shipped ones: offline, live, and when they are missing.

The twin of the shipped models stands for those that somebody has trained.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import coughd
from living_daemon import STORE_FILE, LivingDaemon, read, write_config, write_recording

from coughd.detectors.known_sound import write_known
from coughd.detectors.runtime import MODEL_FILES, SHIPPED_MODELS, TWIN_MODELS, sha256_of
from coughd.detectors.synthesis import render, write_scene

pytestmark = pytest.mark.skipif(
    not TWIN_MODELS.is_dir(), reason="the twin lies in the repository, not in the packages"
)


def revision(model: Path) -> str:
    return sha256_of(model.read_bytes())[:8]


def test_both_are_scored_side_by_side(tmp_path: Path) -> None:
    write_scene(render(20), tmp_path / "scene20.flac")
    said = coughd("evaluate", tmp_path, "--compare", TWIN_MODELS / "coughd.yaml", "--json", "-")
    assert said.exit_code == os.EX_OK, said.complaints
    systems = json.loads("\n".join(said.lines))["systems"]

    for system, models in zip(systems, (SHIPPED_MODELS, TWIN_MODELS), strict=True):
        assert system["description"]["gate"].endswith(f"@{revision(models / 'gate.onnx')}")
        assert system["description"]["embedder"] == f"open@{revision(models / 'embedder.onnx')}"
        probe = sha256_of((models / "probe-open.json").read_bytes())
        assert system["description"]["probe_sha256"] == probe


def test_scores_on_what_they_have_learnt_from_are_said_to_flatter(tmp_path: Path) -> None:
    models = tmp_path / "models"
    shutil.copytree(TWIN_MODELS, models)
    scene = tmp_path / "scene20.flac"
    write_scene(render(20), scene)
    write_known(models, [scene])
    said = coughd("evaluate", scene, "--config", models / "coughd.yaml")
    assert said.exit_code == os.EX_OK, said.complaints
    assert any("These models have learnt from scene20.flac" in line for line in said.lines)

    said = coughd("evaluate", scene)
    assert said.exit_code == os.EX_OK
    assert not any("learnt" in line for line in said.lines)


def test_a_daemon_hears_by_them(tmp_path: Path) -> None:
    recording = write_recording(tmp_path / "bed.flac", 1)
    config = write_config(tmp_path, recording, tmp_path / "data", models={"path": str(TWIN_MODELS)})
    with LivingDaemon(config) as daemon:
        assert 0 == daemon.finish()

    store = tmp_path / "data" / STORE_FILE
    names = {name for (name,) in read(store, "SELECT name FROM models WHERE kind = 'open'")}
    assert names == {f"open@{revision(TWIN_MODELS / 'embedder.onnx')}"}
    ((counted,),) = read(store, "SELECT count(*) FROM events WHERE counted")
    assert counted >= 8


def test_other_files_in_their_place_are_taken_at_the_next_start(tmp_path: Path) -> None:
    models = tmp_path / "models"
    shutil.copytree(TWIN_MODELS, models)
    recording = write_recording(tmp_path / "bed.flac", 1)
    live = {"pace": "realtime", "loop": True}
    own = {"path": str(models)}
    config = write_config(tmp_path, recording, tmp_path / "data", source=live, models=own)
    with LivingDaemon(config) as daemon:
        daemon.until("answer", lambda: daemon.status()["sources"])
        for name in MODEL_FILES:
            shutil.copyfile(SHIPPED_MODELS / name, models / name)
        chosen = json.loads(config.read_text())
        config.write_text(json.dumps({**chosen, "probe": {"threshold": 0.7}}))
        daemon.process.send_signal(signal.SIGHUP)
        daemon.until("the reload", lambda: "taken: probe.threshold" in daemon.log)
        assert 0 == daemon.stop()
    store = tmp_path / "data" / STORE_FILE
    names = {name for (name,) in read(store, "SELECT name FROM models WHERE kind = 'open'")}
    assert names <= {f"open@{revision(TWIN_MODELS / 'embedder.onnx')}"}


def without(name: str, folder: Path) -> None:
    (folder / name).unlink()


def mixed(name: str, folder: Path) -> None:
    shutil.copyfile(SHIPPED_MODELS / name, folder / name)


@pytest.mark.parametrize(
    ("harm", "name", "says"),
    [
        (mixed, "gate.onnx", "models/probe-open.json was fitted beside another gate than"),
        (without, "gate.onnx", "models/gate.onnx cannot be read: No such file or directory"),
        (without, "probe-open.json", "models/probe-open.json cannot be read"),
        (mixed, "embedder.onnx", "models/probe-open.json was fitted on the embedder open@"),
    ],
)
def test_what_does_not_belong_together(
    tmp_path: Path, harm: Callable[[str, Path], None], name: str, says: str
) -> None:
    models = tmp_path / "models"
    shutil.copytree(TWIN_MODELS, models)
    harm(name, models)
    recording = write_recording(tmp_path / "bed.flac", 1)
    config = write_config(tmp_path, recording, tmp_path, models={"path": "models"})
    said = coughd("run", "--config", config)
    assert (said.exit_code, said.lines) == (os.EX_SOFTWARE, [])
    assert says in said.complaints
    assert len(said.complaints.splitlines()) == 1


def test_a_folder_that_is_not_there_is_not_tried_again(tmp_path: Path) -> None:
    recording = write_recording(tmp_path / "bed.flac", 1)
    config = write_config(tmp_path, recording, tmp_path, models={"path": "gone"})
    said = coughd("run", "--config", config)
    assert (said.exit_code, said.lines) == (os.EX_CONFIG, [])
    assert "gone is no folder, or cannot be seen: correct models.path" in said.complaints
    (fault,) = (line for line in coughd("doctor", "--config", config).lines if "no folder" in line)
    assert fault.count("correct models.path") == 1
