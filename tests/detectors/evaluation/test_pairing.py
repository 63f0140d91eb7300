"""Annotations find their recordings and are held against them; nothing vanishes unsaid."""

from __future__ import annotations

from pathlib import Path

import pytest

from coughd.detectors.evaluation.annotation_rows import AnnotationFile, BackdropRow, Row
from coughd.detectors.evaluation.pairing import Annotated, check, pair, without_annotations
from coughd.detectors.evaluation.sounds import Truth

A, B = Path("/x/a.flac"), Path("/x/b.flac")


def row(
    line: int,
    file: str | None,
    onset_s: float | None,
    offset_s: float = 0.0,
    label: str = "cough",
    *,
    sure: bool = True,
) -> Row:
    offset_s = offset_s or (onset_s or 0.0) + 0.3
    return Row(line, file, onset_s, offset_s, label, sure, None, None, "unknown")


def table(*rows: Row, name: str = "/x/table.csv") -> AnnotationFile:
    return AnnotationFile(Path(name), rows=list(rows))


def checked(*rows: Row, duration_s: float = 60.0) -> tuple[Truth, list[str]]:
    annotated, _ = pair([A], [table(*rows)])
    truth, notices = check("a", duration_s, annotated[A])
    return truth, [str(notice).removeprefix("/x/table.csv") for notice in notices]


@pytest.mark.parametrize("name", ["a.flac", "a", "elsewhere/a.flac", "../x/a.flac"])
def test_a_recording_is_found_by_path_name_or_stem(name: str) -> None:
    annotated, notices = pair([A, B], [table(row(2, name, 1.0))])

    assert list(annotated) == [A]
    assert notices == []


@pytest.mark.parametrize("name", ["/x/a.txt", "/x/a.flac.txt", "/x/a_labels.txt", "/y/a.csv"])
def test_labels_belong_to_the_recording_that_they_are_named_like(name: str) -> None:
    annotated, notices = pair([A, B], [table(row(1, None, 1.0), name=name)])

    assert list(annotated) == [A]
    assert notices == []


def test_of_two_alike_the_one_beside_the_table_is_meant() -> None:
    other = Path("/y/a.flac")
    beside, _ = pair([A, other], [table(row(2, "a", 1.0), name="/y/t.csv")])
    far, notices = pair([A, other], [table(row(2, "a", 1.0), name="/z/t.csv")])

    assert list(beside) == [other]
    assert far == {}
    assert str(notices[0]) == (
        "/z/t.csv:2: the recording 'a' is there 2 times, so one annotation is left out."
    )


def test_annotations_without_a_recording_are_told_once() -> None:
    annotated, notices = pair([A], [table(row(2, "gone.wav", 1.0), row(7, "gone.wav", 2.0))])

    assert annotated == {}
    assert [str(notice) for notice in notices] == [
        "/x/table.csv:2: the recording 'gone.wav' is not there, so 2 annotations are left out."
    ]
    assert "nobody knows what is in it" in without_annotations([A], annotated)[0].sentence


def test_a_table_of_single_coughs_makes_the_others_bouts() -> None:
    files = [
        table(row(2, "a", 1.0), row(3, "a", 1.4), name="/x/coughs.csv"),
        table(row(2, "a", 1.0, 1.8), row(3, "a", 9.0, label="door"), name="/x/scenes.csv"),
        table(row(2, "b", 9.0, label="door"), name="/x/scenes.csv"),
    ]
    annotated, _ = pair([A, B], files)
    truth, notices = check("a", 60.0, annotated[A])

    assert [cough.onset_s for cough in truth.coughs] == [1.0, 1.4]
    assert [sound.label for sound in truth.sounds] == ["cough", "door"]
    assert notices == []
    assert check("b", 60.0, annotated[B])[0].coughs == ()


def test_backdrops_come_with_their_recording() -> None:
    backdrops = AnnotationFile(
        Path("/x/a_first.csv"),
        backdrops=[BackdropRow(2, "a", 0.0, 9.0, "music"), BackdropRow(3, "gone", 0.0, 1.0, "x")],
    )
    annotated, notices = pair([A], [backdrops, table(row(2, "a", 1.0))])
    truth, _ = check("a", 60.0, annotated[A])

    assert truth.background(8.9) == "music"
    assert truth.background(9.0) == "none"
    assert notices == []


def test_what_lies_outside_the_recording() -> None:
    truth, notices = checked(
        row(2, "a", -1.0), row(3, "a", 59.9, 61.0), row(4, "a", 60.0), row(5, "a", 5.0)
    )

    assert [(cough.onset_s, cough.offset_s) for cough in truth.coughs] == [(5.0, 5.3), (59.9, 60.0)]
    assert notices == [
        ":2: begins at -1 s, before the recording (60.000 s); it is left out.",
        ":3: ends at 61 s, after the recording, which lasts 60.000 s; it is cut there.",
        ":4: begins at 60 s, after the recording's end (60.000 s); it is left out.",
    ]


def test_overlapping_coughs() -> None:
    truth, notices = checked(
        row(2, "a", 1.0, 1.9), row(3, "a", 1.1, 1.5), row(4, "a", 1.5, 1.8), row(5, "a", 9.0, 9.3)
    )

    assert [(cough.onset_s, cough.offset_s) for cough in truth.coughs] == [
        (1.0, 1.5),
        (1.5, 1.8),
        (9.0, 9.3),
    ]
    assert notices == [
        (
            ":3: begins within 0.2 s of the cough in line 2 of 'table.csv', "
            "which is the same cough; it is left out."
        ),
        ":2: overlaps the cough in line 4 of 'table.csv'; it ends where that one begins.",
    ]


def test_other_sounds_may_overlap_anything() -> None:
    truth, notices = checked(row(2, "a", 1.0), row(3, "a", 1.0, 1.5, "laugh"))

    assert len(truth.coughs) == len(truth.sounds) == 1
    assert notices == []


def test_a_recording_that_was_listened_to_in_vain_is_annotated() -> None:
    truth, notices = checked(row(2, "a", None))

    assert truth.coughs == truth.sounds == ()
    assert notices == []
    assert Annotated().lines == []
