"""Somebody else's marks beside what we heard: which recordings are scored, and what is said."""

from __future__ import annotations

from pathlib import Path

import pytest
from annotated import claim, cough, heard, truth

from coughd.config.errors import InputError
from coughd.daemon.offline.gathering import Gathered
from coughd.daemon.offline.marks import beside, may_hold_marks, read_marks
from coughd.detectors.evaluation.report.document import System

NAMES = ("a.flac", "b.flac")
OURS = System(
    {"config": None}, 0.5, tuple(heard(truth(cough(5.0), name=name), claim(5.0)) for name in NAMES)
)


def nights(path: Path) -> Gathered:
    """Two recordings in a folder beside what is compared with."""
    folder = path.parent / "nights"
    folder.mkdir(exist_ok=True)
    recordings = tuple(folder / name for name in NAMES)
    for recording in recordings:
        recording.touch()
    return Gathered(recordings, {}, (), recordings)


def scored(path: Path, threshold: float | None = None) -> tuple[dict[str, list[bool]], list[str]]:
    """Which claims of which recordings are counted, and what is said beside them."""
    gathered = nights(path)
    marks = read_marks(path, gathered, threshold)
    (ours, theirs), notices = beside(OURS, marks, gathered)
    names = [one.truth.name for one in theirs.heard]
    assert names == [one.truth.name for one in ours.heard]
    counted = [[claim.counted for claim in one.claims] for one in theirs.heard]
    return dict(zip(names, counted, strict=True)), [one.sentence for one in notices]


def written(folder: Path, name: str, *lines: str) -> Path:
    path = folder / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def test_a_table_that_names_recordings_is_the_whole_of_what_was_counted(tmp_path: Path) -> None:
    counted, said = scored(written(tmp_path, "peer.csv", "file,onset_s", "a.flac,5", "a.flac,9"))

    assert counted == {"a.flac": [True, True], "b.flac": []}
    assert said == ["marks nothing that could be used in 'b.flac': nothing was counted there."]


def test_of_labels_a_recording_without_any_is_left_out(tmp_path: Path) -> None:
    written(tmp_path, "peer/a.txt", "5\t6\tcough", "9\t10\tlaugh")
    counted, said = scored(tmp_path / "peer")
    assert counted == {"a.flac": [True]}
    assert said == [f"has no marks in '{tmp_path}/peer' that could be scored; it is left out."]

    written(tmp_path, "peer/b.txt")
    counted, said = scored(tmp_path / "peer")
    assert counted == {"a.flac": [True], "b.flac": []}
    assert [] == said


def test_what_two_tables_mark_is_claimed_twice_and_that_is_said(tmp_path: Path) -> None:
    for name in ("peer/one.csv", "peer/two.csv"):
        written(tmp_path, name, "file,onset_s", "a.flac,5", "b.flac,5")
    counted, said = scored(tmp_path / "peer")

    assert counted == {"a.flac": [True, True], "b.flac": [True, True]}
    (sentence,) = said
    assert sentence.endswith("; what both mark is claimed twice: compare with one of them alone.")


def test_marks_without_a_probability_count_at_any_threshold_and_are_told(tmp_path: Path) -> None:
    rows = ("a.flac,5,0.4", "a.flac,9,0.6", "b.flac,5,")
    path = written(tmp_path, "peer.csv", "file,onset_s,score", *rows)

    assert scored(path, 0.5)[0] == {"a.flac": [False, True], "b.flac": [True]}
    assert scored(path)[0] == {"a.flac": [True, True], "b.flac": [True]}
    for threshold in (None, 0.5):
        (sentence,) = scored(path, threshold)[1]
        assert sentence == "has 1 of 3 marks without a probability; they count at any threshold."


def test_what_can_be_held_against_nothing_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, "peer.csv", "file,onset_s,score", "a.flac,5,90", "a.flac,9,high")
    with pytest.raises(InputError, match="no mark there has a probability from 0 to 1"):
        read_marks(path, nights(path), 0.5)
    path = written(tmp_path, "peer.csv", "file,onset_s", "c.flac,5")
    with pytest.raises(InputError, match="nothing there marks any of the recordings") as refused:
        read_marks(path, nights(path), None)
    assert "'c.flac' is not there" in str(refused.value)


def test_tables_labels_and_folders_may_hold_marks(tmp_path: Path) -> None:
    assert all(may_hold_marks(Path(name)) for name in ("a.csv", "a.TSV", "a.txt", str(tmp_path)))
    assert not any(may_hold_marks(Path(name)) for name in ("a.yaml", "a", "a.yml"))
