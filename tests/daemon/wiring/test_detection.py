"""What is said of the probe that judges HeAR's embeddings."""

from __future__ import annotations

from pathlib import Path

import fake_hear
import pytest

from coughd.config.settings_detection import ProbeSettings
from coughd.daemon.wiring.detection import later_judge
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
