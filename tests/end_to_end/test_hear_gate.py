"""Look-alikes of HeAR's event detectors as the gate of a real command."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from command_line import coughd
from hearing import write

from coughd.detectors.ports import SAMPLE_RATE_HZ
from coughd.detectors.synthesis import render

pytestmark = pytest.mark.hear
QUIET_FROM_S = 16.0
"""Between two coughs of the scene."""
QUIETER = 0.02


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scene whose second half is too quiet for the look-alike, which hears loudness only."""
    samples = render(1).samples
    samples[round(QUIET_FROM_S * SAMPLE_RATE_HZ) :] *= QUIETER
    return write(tmp_path_factory.mktemp("recording") / "scene.wav", samples)


def onsets(folder: Path, recording: Path, gate: dict[str, str]) -> list[float]:
    """Every trigger that `scan` finds, counted or not."""
    config = folder / "config.yaml"
    config.write_text(yaml.safe_dump({"config_version": 1, "gate": gate}))
    said = coughd("scan", "--config", config, recording)
    assert 0 == said.exit_code, said.complaints
    return [float(line.split("\t")[1]) for line in said.lines if "\t" in line]


@pytest.mark.parametrize("style", ["detector", "detector_scores"])
def test_what_the_detector_hears_is_what_the_own_gate_found_there(
    lookalikes: Path, recording: Path, tmp_path: Path, style: str
) -> None:
    own = onsets(tmp_path, recording, {"kind": "coughd"})
    gate = {"kind": "hear-detector-small", "model_path": str(lookalikes / style)}
    heard = onsets(tmp_path, recording, gate)
    assert len(heard) >= 3
    assert {onset for onset in own if onset < QUIET_FROM_S} >= set(heard), (
        "loud ones only, where they were"
    )


def test_a_detector_that_cannot_be_had_is_said_at_once(
    lookalikes: Path, recording: Path, tmp_path: Path
) -> None:
    config = tmp_path / "config.yaml"
    for folder, sentence in (
        (lookalikes / "random", "HeAR's event detector maps one input"),
        (tmp_path / "hear-detector-large", "run `coughd model pull hear-detector-large`"),
    ):
        gate = {"kind": "hear-detector-large", "model_path": str(folder)}
        config.write_text(yaml.safe_dump({"config_version": 1, "gate": gate}))
        said = coughd("scan", "--config", config, recording)
        assert 70 == said.exit_code
        assert sentence in said.complaints
