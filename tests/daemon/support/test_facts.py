"""Which models a bundle names: those that hear, wherever they lie."""

from __future__ import annotations

from pathlib import Path

from coughd.config.settings import ModelsSettings, ProbeSettings, Settings
from coughd.daemon.support.facts import models
from coughd.detectors.runtime import SHIPPED_MODELS


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
    assert set(models(Settings(models=ModelsSettings(tmp_path)))) == {str(tmp_path / "gate.onnx")}


def test_a_missing_folder_is_named_too(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    named = models(Settings(models=ModelsSettings(gone)))
    assert named == {str(gone): "cannot be read: No such file or directory"}
