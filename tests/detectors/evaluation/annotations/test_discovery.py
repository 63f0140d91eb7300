"""What is found in folders and beside recordings."""

from __future__ import annotations

from pathlib import Path

import pytest

from coughd.config.errors import InputError
from coughd.detectors.evaluation.annotations.discovery import find_material


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.flac", "b.wav", "deep/c.mp3", "coughs.csv", "deep/c.csv", "picture.png"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"")
    (tmp_path / "b.txt").write_text("", encoding="utf-8")
    (tmp_path / "README.txt").write_text("Recorded in June.\n", encoding="utf-8")
    (tmp_path / "gone.txt").write_text("1.0\t2.0\tcough\n", encoding="utf-8")
    return tmp_path


def names(paths: tuple[Path, ...], folder: Path) -> list[str]:
    return [str(path.relative_to(folder)) for path in paths]


def test_a_folder_is_searched_through(folder: Path) -> None:
    material = find_material([folder], [])

    assert names(material.recordings, folder) == ["a.flac", "b.wav", "deep/c.mp3"]
    assert names(material.annotations, folder) == ["coughs.csv", "deep/c.csv", "b.txt", "gone.txt"]


def test_beside_a_recording_only_its_folder_is_searched(folder: Path) -> None:
    material = find_material([folder / "a.flac"], [])

    assert names(material.recordings, folder) == ["a.flac"]
    assert names(material.annotations, folder) == ["coughs.csv", "gone.txt"]


def test_given_annotations_are_the_only_ones(folder: Path) -> None:
    material = find_material([folder, folder / "a.flac"], [folder / "coughs.csv"])

    assert names(material.recordings, folder) == ["a.flac", "b.wav", "deep/c.mp3"]
    assert names(material.annotations, folder) == ["coughs.csv"]


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        find_material([tmp_path / "gone"], [])
    with pytest.raises(InputError, match="There is no recording in"):
        find_material([tmp_path], [])


@pytest.mark.parametrize("name", ["coughs.csv", "gone.txt"])
def test_annotations_are_no_recordings(folder: Path, name: str) -> None:
    with pytest.raises(InputError, match="is no recording; name annotations with --annotations"):
        find_material([folder / "a.flac", folder / name], [])
