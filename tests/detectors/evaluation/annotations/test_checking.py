"""Annotations are held against their recording and each other; nothing vanishes unsaid."""

from __future__ import annotations

from pathlib import Path

from marked import row, table

from coughd.detectors.evaluation.annotations.checking import all_outside, check
from coughd.detectors.evaluation.annotations.pairing import pair
from coughd.detectors.evaluation.annotations.rows import Row
from coughd.detectors.evaluation.sounds import Truth

A = Path("/x/a.flac")


def checked(*rows: Row, duration_s: float = 60.0) -> tuple[Truth, list[str]]:
    annotated, _ = pair([A], [table(*rows)])
    truth, notices = check("a", duration_s, annotated[A])
    return truth, [str(notice).removeprefix("/x/table.csv") for notice in notices]


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


def test_a_recording_outside_of_which_all_its_marks_lie_is_not_known() -> None:
    def said(*rows: Row) -> str:
        annotated, _ = pair([A], [table(*rows)])
        return str(all_outside("a", 60.0, annotated[A]))

    assert said(row(2, "a", 13_860.0), row(3, "a", 19_630.0, label="laugh")) == (
        "/x/table.csv:2: lies outside 'a' (60.000 s), and so does all else that is marked in it; "
        "nobody knows what is in it, so it is left out: times are seconds from its beginning."
    )
    assert said(row(2, "a", 13_860.0), row(3, "a", 59.0)) == "None"
    assert said(row(2, "a", 13_860.0), row(3, "a", None)) == "None"


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


def test_what_begins_before_the_recording_and_sounds_in_it_is_cut() -> None:
    truth, notices = checked(
        row(2, "a", -0.04, -0.04), row(3, "a", -0.1, 0.9, "laugh"), row(4, "a", -0.3, -0.1)
    )

    assert [(cough.onset_s, cough.offset_s) for cough in truth.coughs] == [(0.0, 0.0)]
    assert [(sound.onset_s, sound.offset_s) for sound in truth.sounds] == [(0.0, 0.9)]
    assert notices == [
        ":3: begins at -0.1 s, before the recording; it is cut there.",
        ":4: begins at -0.3 s, before the recording (60.000 s); it is left out.",
    ]


def test_of_a_sure_mark_and_an_unsure_one_the_sure_one_is_the_cough() -> None:
    truth, notices = checked(
        row(2, "a", 1.0, 1.9, sure=False), row(3, "a", 1.1, 1.5), row(4, "a", 1.2, sure=False)
    )

    assert [(cough.onset_s, cough.offset_s, cough.sure) for cough in truth.coughs] == [
        (1.1, 1.5, True)
    ]
    assert notices == [
        (
            f":{line}: begins within 0.2 s of the sure cough in line 3 of 'table.csv', which is "
            "the same cough; it is left out."
        )
        for line in (2, 4)
    ]


def test_a_sound_of_unknown_label_may_overlap_a_cough() -> None:
    truth, notices = checked(row(2, "a", 1.0), row(3, "a", 0.9, 1.5, "unknown"))

    assert [cough.onset_s for cough in truth.coughs] == [1.0]
    assert [sound.onset_s for sound in truth.unknown] == [0.9]
    assert notices == []


def test_a_recording_has_the_subject_that_all_its_rows_name() -> None:
    silent, _ = checked(row(2, "a", None, subject="p"))
    guest, _ = checked(row(2, "a", 1.0, subject="p"), row(3, "a", 9.0, 9.5, "laugh", subject="q"))
    one, _ = checked(row(2, "a", 1.0, subject="p"), row(3, "a", 2.0))
    two, _ = checked(row(2, "a", 1.0, subject="p"), row(3, "a", 2.0, subject="q"), row(4, "a", 3.0))

    assert silent.subject == guest.subject == "p"
    assert (one.subject, [cough.subject for cough in one.coughs]) == ("p", ["p", "p"])
    assert (two.subject, [cough.subject for cough in two.coughs]) == (None, ["p", "q", None])


def test_a_clip_belongs_to_the_person_that_another_table_names() -> None:
    files = [
        table(row(2, "a", 1.0, clip="c1"), row(3, "a", 9.0, clip="c2"), name="/x/coughs.csv"),
        table(row(2, "a", 1.0, 1.8, clip="c1", subject="p"), name="/x/scenes.csv"),
    ]
    annotated, _ = pair([A], files)
    truth, _ = check("a", 60.0, annotated[A])

    assert [cough.subject for cough in truth.coughs] == ["p", "c2"]
    assert truth.subject is None


def test_clips_are_nobodys_where_the_recording_is_somebodys() -> None:
    annotated, _ = pair([A], [table(row(2, "a", 1.0, clip="c1"), row(3, "a", 9.0, clip="c2"))])
    annotated[A].owners.append("p")
    truth, _ = check("a", 60.0, annotated[A])

    assert truth.subject == "p"
    assert [cough.subject for cough in truth.coughs] == ["p", "p"]
