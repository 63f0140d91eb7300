"""What `coughd doctor` finds of HeAR, without starting it."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from protobuf_bytes import DETECTOR, ENCODER

from coughd.config.extras import command_to_add
from coughd.config.places import Places
from coughd.config.settings import EmbedderSettings, Settings, SourceSettings
from coughd.daemon.supervision import doctor
from coughd.detectors.open_embedder import OpenEmbedder
from coughd.detectors.probe_versions import ProbeVersions
from coughd.storage.upkeep.findings import Finding

FILE = (SourceSettings(id="bed", kind="file", path=Path("night.flac")),)


def found(folder: Path, embedder: EmbedderSettings, check: str = "HeAR") -> list[Finding]:
    places = Places(folder, folder / "store", f"ipc://{folder}/e", f"ipc://{folder}/r", folder)
    settings = Settings(sources=FILE, embedder=embedder)
    findings = doctor.examine(settings, places, datetime.now(UTC), daemon=None)
    return [one for one in findings if one.check == check]


def installed(monkeypatch: pytest.MonkeyPatch, *libraries: str) -> None:
    monkeypatch.setattr(doctor, "find_spec", lambda name: name if name in libraries else None)


def put_model(folder: Path, graph: bytes) -> Path:
    model = folder / "model"
    (model / "variables").mkdir(parents=True)
    (model / "saved_model.pb").write_bytes(graph)
    (model / "variables" / "variables.index").write_bytes(b"")
    return model


def test_nothing_is_said_of_hear_where_nobody_wants_it(tmp_path: Path) -> None:
    assert found(tmp_path, EmbedderSettings()) == []


@pytest.mark.parametrize(
    ("embedder", "library", "extra"),
    [
        (EmbedderSettings(kind="hear"), "tensorflow", "hear"),
        (EmbedderSettings(kind="hear", runtime="torch"), "transformers", "torch"),
        (EmbedderSettings(kind="remote", url="https://a"), "tritonclient", "remote"),
    ],
)
def test_a_missing_library_is_named_with_what_brings_it(
    embedder: EmbedderSettings,
    library: str,
    extra: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    installed(monkeypatch)
    (finding,) = found(tmp_path, embedder)
    assert (finding.state, finding.remedy) == ("fault", command_to_add(f"coughd[{extra}]"))
    assert library in finding.evidence


def test_a_model_that_was_never_pulled_is_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(monkeypatch, "tensorflow")
    (finding,) = found(tmp_path, EmbedderSettings(kind="hear"))
    assert finding.state == "fault"
    assert "run coughd model pull hear" in finding.evidence


def test_another_model_in_its_place_is_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(monkeypatch, "tensorflow")
    model = put_model(tmp_path, DETECTOR)
    (finding,) = found(tmp_path, EmbedderSettings(kind="hear", model_path=model))
    assert finding.state == "fault"


def test_hear_whose_files_are_whole_is_well(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(monkeypatch, "tensorflow")
    model = put_model(tmp_path, ENCODER)
    (finding,) = found(tmp_path, EmbedderSettings(kind="hear", model_path=model))
    assert (finding.state, str(model) in finding.evidence) == ("ok", True)


def test_a_trained_probe_that_is_damaged_is_a_fault(tmp_path: Path) -> None:
    trained = ProbeVersions(tmp_path)
    assert found(tmp_path, EmbedderSettings(), "trained probe") == []
    trained.put_in_force("open-0001", OpenEmbedder.load(None).identity)
    trained.path_of("open-0001").write_text("{")
    (finding,) = found(tmp_path, EmbedderSettings(), "trained probe")
    assert (finding.state, "open-0001.json" in finding.evidence) == ("fault", True)
    assert [one.state for one in found(tmp_path, EmbedderSettings(), "models")] == ["ok"]
