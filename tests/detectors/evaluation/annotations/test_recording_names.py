"""Labels and tables that are only named like a recording find that one, and no other."""

from __future__ import annotations

from pathlib import Path

import pytest
from marked import row, table

from coughd.detectors.evaluation.annotations.pairing import pair


@pytest.mark.parametrize("name", ["b.txt", "b_labels.txt", "b.csv"])
def test_what_is_named_like_another_recording_is_not_of_the_only_one(
    name: str, tmp_path: Path
) -> None:
    a, b = tmp_path / "a.flac", tmp_path / "b.flac"
    marks = table(row(1, None, 1.0), name=str(tmp_path / "elsewhere" / name))
    annotated, _ = pair([a], [marks])
    assert list(annotated) == [a]

    b.touch()
    annotated, notices = pair([a], [marks])
    assert {} == annotated
    assert [] == notices  # it is no mistake: nobody asked for that recording


def test_of_recordings_of_one_name_the_one_in_a_folder_of_the_same_name_is_meant() -> None:
    nights = [Path(f"/z/{person}/night.wav") for person in ("p1", "p2")]
    annotated, notices = pair(nights, [table(row(1, None, 1.0), name="/peer/p2/night.txt")])
    assert list(annotated) == [nights[1]]
    assert [] == notices

    annotated, notices = pair(nights, [table(row(1, None, 1.0), name="/peer/night.txt")])
    assert {} == annotated
    assert "is there 2 times" in str(notices[0])
