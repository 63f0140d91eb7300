"""What `coughd doctor` finds of HeAR, without starting it."""

from __future__ import annotations

from pathlib import Path

import pytest
from protobuf_bytes import DETECTOR, ENCODER
from random_probe import write_random_probe

from coughd.config.extras import command_to_add
from coughd.config.places import Places
from coughd.config.settings import EmbedderSettings, ProbeSettings, Settings, SourceSettings
from coughd.daemon.supervision import hear_checkup
from coughd.storage.upkeep.findings import Finding

FILE = (SourceSettings(id="bed", kind="file", path=Path("night.flac")),)


def found(
    folder: Path, embedder: EmbedderSettings, probe: ProbeSettings | None = None
) -> list[Finding]:
    places = Places(folder, folder / "store", f"ipc://{folder}/e", f"ipc://{folder}/r", folder)
    settings = Settings(sources=FILE, embedder=embedder, probe=probe or ProbeSettings())
    return list(hear_checkup.check_hear(settings, places))


def installed(monkeypatch: pytest.MonkeyPatch, *libraries: str) -> None:
    monkeypatch.setattr(hear_checkup, "find_spec", lambda name: name if name in libraries else None)


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
    assert "run `coughd model pull hear`" in finding.evidence


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
    finding = found(tmp_path, EmbedderSettings(kind="hear", model_path=model))[0]
    assert (finding.state, str(model) in finding.evidence) == ("ok", True)


def test_hear_without_a_probe_is_warned_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(monkeypatch, "tensorflow")
    hear = EmbedderSettings(kind="hear", model_path=put_model(tmp_path, ENCODER))
    for kept, word in ((True, "stored"), (False, "dropped")):
        _, finding = found(tmp_path, hear, ProbeSettings(keep_embeddings=kept))
        assert (finding.state, word in finding.evidence) == ("warning", True)
        assert "coughd train" in finding.remedy


def test_the_probe_that_judges_hear_is_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    installed(monkeypatch, "tensorflow")
    model = put_model(tmp_path, ENCODER)
    hear = EmbedderSettings(kind="hear", model_path=model)
    path = tmp_path / "mine.json"
    write_random_probe(path, model)
    _, finding = found(tmp_path, hear, ProbeSettings(path=path))
    assert (finding.state, finding.evidence, caplog.text) == ("ok", "random judges", "")
    path.write_text("{")
    _, finding = found(tmp_path, hear, ProbeSettings(path=path))
    assert (finding.state, str(path) in finding.evidence) == ("fault", True)


def test_a_probe_of_other_weights_is_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(monkeypatch, "tensorflow")
    hear = EmbedderSettings(kind="hear", model_path=put_model(tmp_path, ENCODER))
    others = put_model(tmp_path / "others", DETECTOR)
    path = tmp_path / "theirs.json"
    write_random_probe(path, others)
    _, finding = found(tmp_path, hear, ProbeSettings(path=path))
    assert (finding.state, "hear@lookalike" in finding.evidence) == ("fault", True)
