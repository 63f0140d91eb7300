"""Whatever an annotation file holds: what can be read is read, the rest gets a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coughd.detectors.evaluation.annotation_files import read_annotation_file
from coughd.detectors.evaluation.annotation_rows import AnnotationFile


def read(folder: Path, text: str, name: str = "table.csv") -> AnnotationFile:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_annotation_file(path)


def sentences(found: AnnotationFile) -> list[str]:
    return [str(notice).removeprefix(f"{found.path}") for notice in found.notices]


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
    assert (first.source, first.subject) == ("cov", "pack/cough/cov_1.flac")
    assert not second.sure


def test_a_plain_table_without_recordings(tmp_path: Path) -> None:
    found = read(tmp_path, "onset_s,offset_s,label\n1.5,1.8,cough\n3.6,5,speech\n")

    assert [(row.file, row.label) for row in found.rows] == [(None, "cough"), (None, "speech")]


def test_columns_may_be_called_otherwise(tmp_path: Path) -> None:
    found = read(
        tmp_path, "Path,Start,Duration,Class,Participant,Source\nx.wav,1,0.5,Cough?,p1,phone\n"
    )
    (row,) = found.rows

    assert (row.file, row.onset_s, row.offset_s, row.sure) == ("x.wav", 1.0, 1.5, False)
    assert (row.subject, row.source) == ("p1", "phone")


def test_audacity_labels(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "1.000000\t1.250000\tcough\n\\\t100.0\t5000.0\n2,5\t2,5\tThroat clear\n3.0\t3.2\tcough?\n",
        "night.txt",
    )

    assert found.notices == []
    assert [(row.line, row.onset_s, row.offset_s, row.label, row.sure) for row in found.rows] == [
        (1, 1.0, 1.25, "cough", True),
        (3, 2.5, 2.5, "throat_clear", True),
        (4, 3.0, 3.2, "cough", False),
    ]


@pytest.mark.parametrize("text", ["", "\n\n"])
def test_an_empty_label_file_says_that_nothing_was_heard(tmp_path: Path, text: str) -> None:
    (row,) = read(tmp_path, text, "night.txt").rows

    assert row.onset_s is None


def test_a_row_without_times_says_that_nothing_was_heard(tmp_path: Path) -> None:
    (row,) = read(tmp_path, "file,onset_s,offset_s,label\nquiet.wav,,,\n").rows

    assert (row.file, row.onset_s) == ("quiet.wav", None)


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
            "a.wav,2,3,couhg",
            ":3: the label 'couhg' is not known, so it is left out; did you mean 'cough'?",
        ),
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


def test_an_unclear_sure_is_not_sure(tmp_path: Path) -> None:
    found = read(tmp_path, "onset_s,offset_s,sure\n1,2,maybe\n")

    assert [row.sure for row in found.rows] == [False]
    assert sentences(found) == [":2: 'maybe' is neither yes nor no; it is taken as not sure."]


def test_other_encodings_and_missing_files_are_told(tmp_path: Path) -> None:
    path = tmp_path / "latin.csv"
    path.write_bytes("file,onset_s\nn\xe4chste.wav,1\n".encode("latin-1"))

    assert "UTF-8" in str(read_annotation_file(path).notices[0])
    assert "cannot be read" in str(read_annotation_file(tmp_path / "gone.csv").notices[0])


def test_a_byte_order_mark_is_no_part_of_the_header(tmp_path: Path) -> None:
    path = tmp_path / "excel.csv"
    path.write_text("onset_s,offset_s\n1,2\n", encoding="utf-8-sig")

    assert len(read_annotation_file(path).rows) == 1


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
