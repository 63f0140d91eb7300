"""Which models a bundle names, those that hear, wherever they lie; and which services."""

from __future__ import annotations

from pathlib import Path

from coughd.config.settings import ModelsSettings, ProbeSettings, Settings
from coughd.daemon.support.facts import models, system
from coughd.detectors.runtime import MODEL_FILES, SHIPPED_MODELS


def test_the_shipped_ones_and_a_probe_of_ones_own(tmp_path: Path) -> None:
    probe = tmp_path / "home.json"
    probe.write_text("{}", encoding="utf-8")
    named = models(Settings(probe=ProbeSettings(path=probe)))
    files = [*(SHIPPED_MODELS / name for name in ("embedder.onnx", "gate.onnx")), probe]
    assert {str(path) for path in files} <= set(named)
    assert all(len(digest) == 64 for digest in named.values())


def test_ones_own_where_they_are_configured(tmp_path: Path) -> None:
    (tmp_path / "gate.onnx").write_bytes(b"weights")
    (tmp_path / "gate.md").write_text("card", encoding="utf-8")
    (tmp_path / "other.json").write_text("{}", encoding="utf-8")
    named = models(Settings(models=ModelsSettings(tmp_path)))
    assert set(named) == {str(tmp_path / name) for name in MODEL_FILES}
    assert len(named[str(tmp_path / "gate.onnx")]) == 64
    missing = "cannot be read: No such file or directory"
    assert named[str(tmp_path / "embedder.onnx")] == missing


def test_a_missing_folder_is_named_too(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    named = models(Settings(models=ModelsSettings(gone)))
    missing = "cannot be read: No such file or directory"
    assert named == {str(gone / name): missing for name in MODEL_FILES}


def test_a_person_may_have_a_service_of_their_own() -> None:
    assert "own_service" in system(of_user=True)
    assert "own_service" not in system(of_user=False)
