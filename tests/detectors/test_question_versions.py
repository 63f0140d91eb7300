from __future__ import annotations

from pathlib import Path

import pytest

from coughd.config.errors import StorageError, UsageError
from coughd.detectors.question_versions import QuestionVersions, check_question


def keep(versions: QuestionVersions, question: str, kind: str = "open") -> str:
    version = versions.next_version(question, kind)
    versions.keep(version, b"{}", "# card\n")
    return version.name


def test_each_question_and_embedder_counts_by_itself(tmp_path: Path) -> None:
    versions = QuestionVersions(tmp_path)
    assert [] == versions.versions()
    kept = [keep(versions, *of) for of in (("wet",), ("wet",), ("wet", "hear"), ("wet_night",))]
    assert ["wet-open-0001", "wet-open-0002", "wet-hear-0001", "wet_night-open-0001"] == kept
    assert sorted(kept) == sorted(one.name for one in versions.versions())
    assert versions.path_of("wet-open-0002") == versions.newest("wet", "open")
    assert "# card\n" == versions.path_of("wet-hear-0001").with_suffix(".md").read_text()
    assert 0o600 == versions.newest("wet", "hear").stat().st_mode & 0o777


def test_what_nobody_learnt_is_told_with_what_was(tmp_path: Path) -> None:
    versions = QuestionVersions(tmp_path)
    with pytest.raises(UsageError, match="'dry' for the embedder 'open'; there are: none yet"):
        versions.newest("dry", "open")
    keep(versions, "wet", "hear")
    with pytest.raises(UsageError, match="there are: wet-hear-0001"):
        versions.newest("wet", "open")


def test_what_else_lies_in_the_folder_is_let_lie(tmp_path: Path) -> None:
    versions = QuestionVersions(tmp_path)
    keep(versions, "wet")
    (versions.folder / "notes.json").write_text("{}")
    (versions.folder / "wet-open-2.json").write_text("{}")
    assert ["wet-open-0001"] == [one.name for one in versions.versions()]


def test_whoever_is_late_changes_nothing(tmp_path: Path) -> None:
    """Two that learn at once begin with the same number."""
    first, second = QuestionVersions(tmp_path), QuestionVersions(tmp_path)
    version = second.next_version("wet", "open")
    first.keep(version, b"first", "# first\n")
    with pytest.raises(StorageError, match=r"wet-open-0001\.json was kept by somebody else"):
        second.keep(version, b"second", "# second\n")
    path = first.newest("wet", "open")
    assert (b"first", "# first\n") == (path.read_bytes(), path.with_suffix(".md").read_text())


def test_a_folder_that_cannot_be_read_is_not_an_empty_one(tmp_path: Path) -> None:
    versions = QuestionVersions(tmp_path)
    versions.folder.write_text("no folder")
    with pytest.raises(StorageError, match=r"questions: cannot be read \(Not a directory\)"):
        versions.versions()


def test_no_card_lies_beside_what_could_not_be_kept(tmp_path: Path) -> None:
    versions = QuestionVersions(tmp_path)
    version = versions.next_version("wet", "open")
    # A draft that is a folder cannot be replaced.
    (versions.folder / ".wet-open-0001.json.new").mkdir(parents=True)
    with pytest.raises(StorageError, match=r"wet-open-0001\.json: cannot be written \(Is a"):
        versions.keep(version, b"{}", "# card\n")
    assert [] == [*versions.folder.glob("*.md")]
    assert [] == versions.versions()


@pytest.mark.parametrize("name", ["", "Wet", "wet-dry", "../wet", "1st", "w" * 41, "wet\n"])
def test_a_question_has_a_plain_name(name: str) -> None:
    with pytest.raises(UsageError, match="is no name for a question"):
        check_question(name)


def test_a_plain_name_is_taken() -> None:
    check_question("wet_or_dry_2")
