from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from facts_of_probes import HEAR

from coughd.config.errors import ModelError, StorageError, UsageError
from coughd.detectors.probe_versions import POINTER_NAME, ProbeVersions


def keep(versions: ProbeVersions, *names: str) -> None:
    for name in names:
        versions.keep(name, b"{}", "# card\n")


def test_nothing_is_in_force_before_the_first(tmp_path: Path) -> None:
    versions = ProbeVersions(tmp_path)
    assert versions.in_force(HEAR.sha256) is None
    assert [] == versions.versions()
    assert "hear-0001" == versions.next_name("hear")


def test_what_was_put_in_force_last_judges(tmp_path: Path) -> None:
    versions = ProbeVersions(tmp_path)
    keep(versions, "hear-0001", "hear-0002", "open-0001")
    versions.put_in_force("hear-0001", HEAR)
    versions.put_in_force("hear-0002", HEAR)
    assert versions.path_of("hear-0002") == ProbeVersions(tmp_path).in_force(HEAR.sha256)
    assert [("hear-0001", False), ("hear-0002", True), ("open-0001", False)] == [
        (version.name, version.in_force) for version in versions.versions()
    ]
    assert ("hear-0003", "open-0002") == (versions.next_name("hear"), versions.next_name("open"))


def test_other_weights_have_their_own(tmp_path: Path) -> None:
    versions = ProbeVersions(tmp_path)
    keep(versions, "hear-0001")
    versions.put_in_force("hear-0001", HEAR)
    assert versions.in_force("bb") is None


def test_rolling_back_ends_at_the_shipped_one(tmp_path: Path) -> None:
    versions = ProbeVersions(tmp_path)
    keep(versions, "hear-0001", "hear-0002")
    versions.put_in_force("hear-0001", HEAR)
    versions.put_in_force("hear-0002", HEAR)
    assert ("hear-0002", "hear-0001") == versions.roll_back("hear")
    assert ("hear-0001", None) == versions.roll_back("hear")
    assert versions.in_force(HEAR.sha256) is None
    assert versions.path_of("hear-0002").exists()
    with pytest.raises(UsageError, match="nothing to roll back"):
        versions.roll_back("hear")


def test_putting_the_present_one_in_force_again_changes_nothing(tmp_path: Path) -> None:
    versions = ProbeVersions(tmp_path)
    keep(versions, "hear-0001", "hear-0002")
    for name in ("hear-0001", "hear-0002", "hear-0002"):
        versions.put_in_force(name, HEAR)
    assert ("hear-0002", "hear-0001") == versions.roll_back("hear")


def test_all_of_it_is_private(tmp_path: Path) -> None:
    versions = ProbeVersions(tmp_path)
    keep(versions, "hear-0001")
    versions.put_in_force("hear-0001", HEAR)
    assert {0o600} == {path.stat().st_mode & 0o777 for path in versions.folder.iterdir()}
    assert 0o700 == versions.folder.stat().st_mode & 0o777
    assert ["hear-0001.json", "hear-0001.md", POINTER_NAME] == sorted(
        path.name for path in versions.folder.iterdir()
    )


@pytest.mark.parametrize(
    "content",
    [
        "{",
        "[]",
        '{"format": "coughd.probes/1"}',
        '{"format": "other", "in_force": {}}',
        '{"format": "coughd.probes/1", "in_force": {"aa": ["../../etc/passwd"]}}',
        '{"format": "coughd.probes/1", "in_force": {"aa": [3]}}',
    ],
)
def test_a_damaged_list_is_refused(tmp_path: Path, content: str) -> None:
    versions = ProbeVersions(tmp_path)
    keep(versions, "hear-0001")
    versions.pointer.write_text(content)
    with pytest.raises(ModelError, match="is damaged"):
        versions.in_force(HEAR.sha256)


def test_a_link_is_not_written_through(tmp_path: Path) -> None:
    versions = ProbeVersions(tmp_path)
    keep(versions, "hear-0001")
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (versions.folder / ".hear-0002.json.new").symlink_to(victim)
    keep(versions, "hear-0002")
    assert "precious" == victim.read_text()


def test_which_of_several_weights_must_be_said(tmp_path: Path) -> None:
    versions = ProbeVersions(tmp_path)
    keep(versions, "hear-0001", "hear-0002")
    versions.put_in_force("hear-0001", HEAR)
    versions.put_in_force("hear-0002", replace(HEAR, sha256="bb"))
    with pytest.raises(UsageError, match="hear-0001, hear-0002 are in force"):
        versions.roll_back("hear")


def test_who_trained_at_the_same_time_writes_over_nothing(tmp_path: Path) -> None:
    versions = ProbeVersions(tmp_path)
    versions.keep("hear-0001", b"one", "# card\n")
    with pytest.raises(StorageError, match=r"hear-0001\.json was kept by somebody else"):
        versions.keep("hear-0001", b"other", "# card\n")
    assert b"one" == versions.path_of("hear-0001").read_bytes()
