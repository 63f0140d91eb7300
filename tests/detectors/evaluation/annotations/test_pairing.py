"""Annotations find their recordings and are held against them; nothing vanishes unsaid."""

from __future__ import annotations

from pathlib import Path

import pytest
from marked import row, table

from coughd.detectors.evaluation.annotations.annotators import (
    beside_single_coughs,
    several_annotators,
)
from coughd.detectors.evaluation.annotations.checking import check
from coughd.detectors.evaluation.annotations.pairing import Annotated, pair, without_annotations
from coughd.detectors.evaluation.annotations.rows import AnnotationFile, BackdropRow, OwnerRow

A, B = Path("/x/a.flac"), Path("/x/b.flac")


@pytest.mark.parametrize("name", ["a.flac", "a", "x/a.flac", "../x/a", "/x/a.flac"])
def test_a_recording_is_found_by_path_name_or_stem(name: str) -> None:
    annotated, notices = pair([A, B], [table(row(2, name, 1.0))])

    assert list(annotated) == [A]
    assert notices == []


@pytest.mark.parametrize("name", ["/x/a.txt", "/x/a.flac.txt", "/x/a_labels.txt", "/y/a.csv"])
def test_labels_belong_to_the_recording_that_they_are_named_like(name: str) -> None:
    annotated, notices = pair([A, B], [table(row(1, None, 1.0), name=name)])

    assert list(annotated) == [A]
    assert notices == []


def test_a_row_that_names_nothing_is_not_of_the_only_recording() -> None:
    no_column, _ = pair([A], [table(row(2, None, 1.0))])
    no_name, notices = pair([A], [table(row(2, "", 1.0))])
    like, _ = pair([A, B], [table(row(2, "", 1.0), name="/x/a.csv")])

    assert list(no_column) == list(like) == [A]
    assert no_name == {}
    assert "so one annotation is left out" in notices[0].sentence


def test_of_two_alike_the_one_beside_the_table_is_meant() -> None:
    other = Path("/y/a.flac")
    beside, _ = pair([A, other], [table(row(2, "a", 1.0), name="/y/t.csv")])
    far, notices = pair([A, other], [table(row(2, "a", 1.0), name="/z/t.csv")])

    assert list(beside) == [other]
    assert far == {}
    assert str(notices[0]) == (
        "/z/t.csv:2: the recording 'a' is there 2 times, so one annotation is left out; write its "
        "folder, too."
    )


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        (
            "y/a.flac",
            (
                "the recording 'y/a.flac' is not there, only '/x/a.flac', so one annotation is "
                "left out; if that one is meant, write its path, or its name without a folder."
            ),
        ),
        (
            "..\\x\\a.flac",
            (
                "the recording '..\\x\\a.flac' is not there, so one annotation is left out; did "
                "you mean 'a.flac'?"
            ),
        ),
        (
            "A.FLAC",
            (
                "the recording 'A.FLAC' is not there, so one annotation is left out; did you mean "
                "'a.flac'?"
            ),
        ),
        ("a\0", "the recording 'a\0' is not there, so one annotation is left out."),
        ("..", "the recording '..' is not there, so one annotation is left out."),
    ],
)
def test_what_is_called_otherwise_is_not_this_recording(name: str, sentence: str) -> None:
    annotated, notices = pair([A, B], [table(row(2, name, 1.0))])

    assert annotated == {}
    assert [notice.sentence for notice in notices] == [sentence]


def test_of_two_recordings_alike_the_written_folder_tells() -> None:
    first, second = Path("/z/p1/a.flac"), Path("/z/p2/a.flac")
    annotated, notices = pair(
        [first, second], [table(row(2, "p1/a", 1.0), row(3, "p2/a.flac", 2.0), name="/t.csv")]
    )

    assert {path: one.lines[0].row.line for path, one in annotated.items()} == {first: 2, second: 3}
    assert notices == []


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


def test_single_coughs_take_precedence_in_the_recordings_that_they_name() -> None:
    files = [
        table(row(2, "a", 1.0), name="/x/coughs.csv"),
        table(row(2, "a", 1.0, 1.8), row(3, "b", 9.0), name="/x/scenes.csv"),
    ]
    annotated, _ = pair([A, B], files)

    assert [cough.onset_s for cough in check("a", 60.0, annotated[A])[0].coughs] == [1.0]
    assert [cough.onset_s for cough in check("b", 60.0, annotated[B])[0].coughs] == [9.0]
    assert several_annotators(annotated) == []
    assert [str(notice) for notice in beside_single_coughs(annotated, files)] == [
        (
            "/x/scenes.csv: 'b.flac' is not named in the 'coughs' table beside this one, so the "
            "coughs marked here count there."
        )
    ]


def test_a_table_of_single_coughs_may_say_that_there_is_none() -> None:
    files = [table(row(2, "a", None), name="/x/coughs.csv"), table(row(2, "a", 1.0, 1.8))]
    annotated, _ = pair([A], files)

    assert check("a", 60.0, annotated[A])[0].coughs == ()
    assert beside_single_coughs(annotated, files) == []


def test_merged_marks_are_told_once_for_the_same_tables() -> None:
    anna = table(row(2, "a", 1.0), row(3, "b", 1.0), name="/x/anna.csv")
    bob = table(row(2, "a", 1.3), row(3, "b", None), name="/x/bob.csv")
    sounds = table(row(2, "a", 1.3, label="door"), name="/x/sounds.csv")
    annotated, _ = pair([A, B], [anna, bob, sounds])

    assert [str(notice) for notice in several_annotators(annotated)] == [
        (
            "/x/bob.csv: 'a.flac' and 1 more are annotated in 'anna.csv' and 'bob.csv'; their "
            "marks are merged, so a cough that they place more than 0.2 s apart counts twice: "
            "name one of them with --annotations to score against it alone."
        )
    ]


def test_tables_of_one_name_are_told_apart_by_their_folders() -> None:
    tables = [table(row(2, "/x/a.flac", 1.0), name=f"/{who}/marks.csv") for who in ("anna", "bob")]
    (notice,) = several_annotators(pair([A], tables)[0])

    assert "annotated in '/anna/marks.csv' and '/bob/marks.csv'; their" in notice.sentence


def test_a_recording_of_unknown_labels_only_is_not_annotated() -> None:
    annotated, _ = pair([A, B], [table(row(2, "a", 1.0, label="unknown"), row(3, "b", 1.0))])

    assert list(annotated) == [B]


def test_owners_come_with_their_recording_and_say_nothing_about_it() -> None:
    owners = AnnotationFile(
        Path("/x/people.csv"),
        owners=[OwnerRow(2, "a", "p"), OwnerRow(3, "b", "p"), OwnerRow(4, "gone", "q")],
    )
    annotated, notices = pair([A, B], [owners, table(row(2, "a", 1.0))])

    assert list(annotated) == [A]
    assert annotated[A].owners == ["p"]
    assert [str(notice) for notice in notices] == [
        "/x/people.csv:4: the recording 'gone' is not there, so one subject is left out."
    ]


def test_backdrops_come_with_their_recording() -> None:
    backdrops = AnnotationFile(
        Path("/x/a_first.csv"),
        backdrops=[BackdropRow(2, "a", 0.0, 9.0, "music"), BackdropRow(3, "gone", 0.0, 1.0, "x")],
    )
    annotated, notices = pair([A], [backdrops, table(row(2, "a", 1.0))])
    truth, _ = check("a", 60.0, annotated[A])

    assert truth.background(8.9) == "music"
    assert truth.background(9.0) == "none"
    assert [str(notice) for notice in notices] == [
        "/x/a_first.csv:3: the recording 'gone' is not there, so one background is left out."
    ]


def test_a_recording_that_was_listened_to_in_vain_is_annotated() -> None:
    annotated, _ = pair([A], [table(row(2, "a", None))])
    truth, notices = check("a", 60.0, annotated[A])

    assert truth.coughs == truth.sounds == ()
    assert notices == []
    assert Annotated().lines == []
