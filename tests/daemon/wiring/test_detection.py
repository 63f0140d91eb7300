"""What is said of the probe that judges HeAR's embeddings."""

from __future__ import annotations

from pathlib import Path

import fake_hear
import pytest

from coughd.config.errors import ModelError
from coughd.config.settings import Settings
from coughd.config.settings_detection import ProbeSettings
from coughd.daemon.wiring.detection import OpenModels, later_judge, load_judge
from coughd.detectors.probe_versions import ProbeVersions


@pytest.mark.parametrize(("keep", "become"), [(True, "stored"), (False, "dropped")])
def test_hear_without_a_probe_is_said_to_judge_nothing(
    keep: bool, become: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = ProbeSettings(keep_embeddings=keep)
    judge = later_judge(settings, ProbeVersions(tmp_path), fake_hear.IDENTITY)
    assert judge.probe is None
    (line,) = caplog.messages
    assert line.startswith("hear@fake has no probe yet, so no event is judged by it")
    assert become in line
    assert "`coughd train`" in line


def test_a_damaged_trained_probe_leaves_the_shipped_one_to_judge_and_is_known(
    tmp_path: Path,
) -> None:
    models, trained = OpenModels(None), ProbeVersions(tmp_path)
    trained.put_in_force("open-0001", models.embedder.identity)
    trained.path_of("open-0001").write_text("{")
    judge = load_judge(Settings(), trained, models)
    assert models.probe().identity == judge.probe.identity
    assert "open-0001.json" in str(judge.refused)
    assert load_judge(Settings(), None, models).refused is None


def test_a_damaged_trained_probe_is_said_of_hear_and_not_that_there_is_none(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    trained = ProbeVersions(tmp_path)
    trained.put_in_force("hear-0001", fake_hear.IDENTITY)
    trained.path_of("hear-0001").write_text("{")
    with pytest.raises(ModelError, match=r"hear-0001\.json"):
        later_judge(ProbeSettings(), trained, fake_hear.IDENTITY)
    assert caplog.messages == []
