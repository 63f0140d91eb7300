"""Whatever an annotation file holds: what can be read is read, the rest gets a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
from annotation_files_read import read, sentences
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coughd.detectors.evaluation.annotations.files import read_annotation_file


def test_a_table_of_single_coughs(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "scene,onset_s,offset_s,snr_db,source_path,sure\n"
        "a.flac,3.457,3.847,-5,pack/cough/cov_1.flac,yes\n"
        "a.flac,5.4,5.7,20,pack/cough/cov_2.flac,no\n",
    )

    assert found.notices == []
    first, second = found.rows
    assert (first.line, first.file, first.onset_s, first.offset_s) == (2, "a.flac", 3.457, 3.847)
    assert (first.label, first.sure, first.snr_db) == ("cough", True, -5.0)
    assert (first.source, first.clip) == ("cov", "pack/cough/cov_1.flac")
    assert not second.sure


def test_a_plain_table_without_recordings(tmp_path: Path) -> None:
    found = read(tmp_path, "onset_s,offset_s,label\n1.5,1.8,cough\n3.6,5,speech\n")

    assert [(row.file, row.label) for row in found.rows] == [(None, "cough"), (None, "speech")]


def test_a_row_without_times_says_that_nothing_was_heard(tmp_path: Path) -> None:
    (row,) = read(tmp_path, "file,onset_s,offset_s,label\nquiet.wav,,,\n").rows

    assert (row.file, row.onset_s) == ("quiet.wav", None)


@pytest.mark.parametrize("cells", [",,,-5,", ",,,,no", ",NA,,3,yes"])
def test_a_sound_without_a_time_is_not_nothing(tmp_path: Path, cells: str) -> None:
    found = read(tmp_path, f"file,onset_s,offset_s,snr_db,sure\na.wav{cells}\nb.wav,,,NA,yes\n")

    assert [(row.file, row.onset_s) for row in found.rows] == [("b.wav", None)]
    assert sentences(found)[0].startswith(":2: tells of a sound without its time; it is left out")


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_another_delimiter_is_understood_and_told(tmp_path: Path, delimiter: str) -> None:
    text = "file,onset_s,offset_s\na.wav,1.5,2\n".replace(",", delimiter)
    found = read(tmp_path, text)

    assert [(row.onset_s, row.offset_s) for row in found.rows] == [(1.5, 2.0)]
    assert len(found.notices) == 1
    assert "between its columns" in sentences(found)[0]


def test_decimal_commas(tmp_path: Path) -> None:
    (row,) = read(tmp_path, "file;onset_s;offset_s\na.wav;1,5;2,25\n").rows

    assert (row.onset_s, row.offset_s) == (1.5, 2.25)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("a.wav,one,2,cough", ":3: the onset 'one' is no number; the row is left out."),
        ("a.wav,inf,2,cough", ":3: the onset 'inf' is no number; the row is left out."),
        ("a.wav,2,1,cough", ":3: ends at 1 s, before it begins at 2 s; it is left out."),
        (
            "a.wav,,,cough",
            (
                ":3: has a label but no time; it is left out: give its onset_s, or leave out the "
                "label if there is nothing in the recording."
            ),
        ),
        (
            "a.wav,,3,",
            ":3: has an end but no onset; it is left out: give its onset_s.",
        ),
        (",NA,NA,NA", ":3: has neither a file nor a time; it is left out."),
        ("a.wav,2,3", ":3: has 3 columns where the header has 4; the row is left out."),
        (
            "a.wav;2;3;cough",
            (
                ":3: has 1 column where the header has 4; the row is left out: its delimiter seems "
                "to be ';'."
            ),
        ),
    ],
)
def test_a_bad_row_is_named_and_the_rest_is_read(tmp_path: Path, line: str, sentence: str) -> None:
    found = read(
        tmp_path, f"file,onset_s,offset_s,label\na.wav,1,2,cough\n{line}\na.wav,5,6,sneeze\n"
    )

    assert sentences(found) == [sentence]
    assert [row.line for row in found.rows] == [2, 4]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", ": is empty; a table needs a header line such as file,onset_s,offset_s."),
        (
            "file,onst_s,end\na.wav,1,2\n",
            (
                ":1: has no column onset_s, only file, onst_s, end; it is left out; did you mean "
                "'onset_s'?"
            ),
        ),
        (
            "a.wav,1.2,1.5,cough\n",
            ":1: has no header line such as file,onset_s,offset_s,label; it is left out.",
        ),
    ],
)
def test_a_table_that_is_none(tmp_path: Path, text: str, sentence: str) -> None:
    found = read(tmp_path, text)

    assert sentences(found) == [sentence]
    assert found.rows == []


def test_what_is_no_number_in_an_optional_cell_is_unknown(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "onset_s,offset_s,snr_db,subject\n1,1.3,NA,N/A\n2,nan,inf,\n3,3.3,none,p\n4,4.3,loud,p\n5,soon,1,p\n",
    )

    assert [(row.onset_s, row.offset_s, row.snr_db, row.subject) for row in found.rows] == [
        (1.0, 1.3, None, None),
        (2.0, 2.0, None, None),
        (3.0, 3.3, None, "p"),
        (4.0, 4.3, None, "p"),
        (5.0, 5.0, 1.0, "p"),
    ]
    assert sentences(found) == [
        ":5: the SNR 'loud' is no number; it is taken as unknown.",
        ":6: the offset 'soon' is no number; it is taken as unknown.",
    ]


def test_unknown_labels_are_kept_as_unknown_and_told_once_each(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "onset_s,offset_s,label\n1,1.5,couhg\n2,3,couhg\n4,5,sneeze\n6,7,\n8,9,couhg\n",
    )

    assert [row.label for row in found.rows] == [
        "unknown",
        "unknown",
        "sneeze",
        "unknown",
        "unknown",
    ]
    assert sentences(found) == [
        (
            ":2: the label 'couhg' is not known (in this and 2 more, 2.5 s in all); what is "
            "counted there counts neither way; did you mean 'cough'?"
        ),
        (
            ":5: the label is empty (in this row, 1.0 s in all); what is counted there counts "
            "neither way."
        ),
    ]


def test_cells_of_several_lines(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        '"file","onset_s","offset_s","note"\n'
        '"a.wav","1","1.3","two\n\nlines, and a comma"\n'
        '"a.wav","2","2.3",""\n'
        '"a.wav","late","3",""\n',
    )

    assert [(row.line, row.onset_s) for row in found.rows] == [(2, 1.0), (5, 2.0)]
    assert sentences(found) == [":6: the onset 'late' is no number; the row is left out."]


@pytest.mark.parametrize("after", ["", 'a.wav,4,4.3,"\n'])
def test_an_open_quotation_mark_takes_no_other_row(tmp_path: Path, after: str) -> None:
    found = read(
        tmp_path,
        f'file,onset_s,offset_s,note\na.wav,1,1.3,"wet\na.wav,2,2.3,\na.wav,3,3.3,dry\n{after}',
    )

    assert [row.onset_s for row in found.rows][:3] == [1.0, 2.0, 3.0]
    assert sentences(found)[0] == (
        ":2: holds a quotation mark that is not closed in a row of 4 columns; it is read to the "
        "end of its line."
    )


def test_cells_that_no_table_can_hold(tmp_path: Path) -> None:
    long = "x" * 140_000
    rows = read(tmp_path, f"onset_s,offset_s,note\n1,1.3,\n2,2.3,{long}\n3,3.3,\n")
    header = read(tmp_path, f"{long}\n1\n")

    assert [row.onset_s for row in rows.rows] == [1.0, 3.0]
    assert sentences(rows) == [":3: cannot be read, its cells are too long; the row is left out."]
    assert sentences(header) == [
        ":1: begins with a line that is too long to be a header; it is left out."
    ]


def test_subjects_of_whole_recordings(tmp_path: Path) -> None:
    heard = read(tmp_path, "file,onset_s,offset_s,label,subject\na.wav,,,,p\n")
    owners = read(tmp_path, "file,subject,age\na.wav,p,50\nb.wav,NA,60\n")
    mistyped = read(tmp_path, "file,onst_s,subject\na.wav,1,p\n")

    assert [(row.onset_s, row.subject) for row in heard.rows] == [(None, "p")]
    assert [(row.file, row.subject) for row in owners.owners] == [("a.wav", "p")]
    assert sentences(owners) == [
        ":3: does not have both a file and a subject; the row is left out."
    ]
    assert mistyped.owners == []
    assert "did you mean 'onset_s'?" in sentences(mistyped)[0]


def test_a_background_has_an_end_after_its_start(tmp_path: Path) -> None:
    found = read(
        tmp_path, "file,background,start_s,end_s\na.wav,tv,9,9\na.wav,tv,1,\na.wav,tv,0,9\n"
    )

    assert len(found.backdrops) == 1
    assert sentences(found) == [
        ":2: ends at 9 s, not after it begins at 9 s; it is left out.",
        ":3: the duration '' is no number; the row is left out.",
    ]


def test_an_unclear_sure_is_not_sure(tmp_path: Path) -> None:
    found = read(tmp_path, "onset_s,offset_s,sure\n1,2,maybe\n")

    assert [row.sure for row in found.rows] == [False]
    assert sentences(found) == [":2: 'maybe' is neither yes nor no; it is taken as not sure."]


def test_other_encodings_and_missing_files_are_told(tmp_path: Path) -> None:
    path = tmp_path / "latin.csv"
    path.write_bytes("file,onset_s\nn\xe4chste.wav,1\n".encode("latin-1"))

    assert "UTF-8" in str(read_annotation_file(path).notices[0])
    assert "cannot be read" in str(read_annotation_file(tmp_path / "gone.csv").notices[0])


def test_a_table_of_backgrounds_holds_no_coughs(tmp_path: Path) -> None:
    found = read(tmp_path, "scene,bg_file,start_s,duration_s\na.flac,pack/music/jazz.flac,10,5\n")

    assert found.rows == []
    (backdrop,) = found.backdrops
    assert (backdrop.file, backdrop.name, backdrop.start_s, backdrop.end_s) == (
        "a.flac",
        "music",
        10.0,
        15.0,
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.text(max_size=200), st.sampled_from(["x.csv", "x.txt"]))
def test_any_text_is_read_or_refused_in_sentences(tmp_path: Path, text: str, name: str) -> None:
    found = read(tmp_path, text.encode("utf-8", "replace").decode("utf-8"), name)

    assert all(notice.sentence for notice in found.notices)
