from __future__ import annotations

from pathlib import Path

import pytest

from coughd.config.errors import ModelError
from coughd.detectors.hear.files import check_files, hash_files, revision_of


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    model = tmp_path / "model"
    (model / "variables").mkdir(parents=True)
    (model / "saved_model.pb").write_bytes(b"graph")
    (model / "variables" / "variables.index").write_bytes(b"index")
    (model / "variables" / "variables.data-00000-of-00001").write_bytes(b"weights")
    return model


def test_a_complete_folder_passes(folder: Path) -> None:
    check_files(folder)


@pytest.mark.parametrize("name", ["saved_model.pb", "variables/variables.index"])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(ModelError, match=name):
        check_files(folder)


def test_the_hash_is_of_the_model_and_not_of_what_lies_beside_it(folder: Path) -> None:
    before = hash_files(folder)
    (folder / "README.md").write_text("Fix notebook link")
    (folder / "event_detector").mkdir()
    (folder / "event_detector" / "saved_model.pb").write_bytes(b"another")
    assert before == hash_files(folder)


def test_the_hash_does_not_depend_on_the_place(folder: Path) -> None:
    before = hash_files(folder)
    assert before == hash_files(folder.rename(folder.with_name("moved")))


@pytest.mark.parametrize(
    "name", ["saved_model.pb", "variables/variables.data-00000-of-00001", "assets/vocabulary"]
)
def test_every_file_of_the_model_counts(folder: Path, name: str) -> None:
    before = hash_files(folder)
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_bytes(b"changed")
    assert before != hash_files(folder)


def test_a_snapshot_of_the_hub_is_named_by_its_commit(tmp_path: Path) -> None:
    commit = "9b2eb2853c426676255cc6ac5804b7f1fe8e563f"
    assert "9b2eb28" == revision_of(tmp_path / commit, "ff" * 32)
    assert "fffffff" == revision_of(tmp_path / "hear", "ff" * 32)
