"""What `coughd doctor` finds of the models."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from coughd.config.places import Places
from coughd.config.settings import Settings, SourceSettings
from coughd.daemon.supervision import doctor
from coughd.detectors.open_embedder import OpenEmbedder
from coughd.detectors.probe_versions import ProbeVersions
from coughd.storage.upkeep.findings import Finding

FILE = (SourceSettings(id="bed", kind="file", path=Path("night.flac")),)


def found(folder: Path, check: str) -> list[Finding]:
    places = Places(folder, folder / "store", f"ipc://{folder}/e", f"ipc://{folder}/r", folder)
    findings = doctor.examine(Settings(sources=FILE), places, datetime.now(UTC), daemon=None)
    return [one for one in findings if one.check == check]


def test_a_trained_probe_that_is_damaged_is_a_fault(tmp_path: Path) -> None:
    trained = ProbeVersions(tmp_path)
    assert found(tmp_path, "trained probe") == []
    trained.put_in_force("open-0001", OpenEmbedder.load(None).identity)
    trained.path_of("open-0001").write_text("{")
    (finding,) = found(tmp_path, "trained probe")
    assert (finding.state, "open-0001.json" in finding.evidence) == ("fault", True)
    assert [one.state for one in found(tmp_path, "models")] == ["ok"]
