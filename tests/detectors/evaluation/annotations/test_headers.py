"""How the columns of an annotation table are found, and what is said of odd headers."""

from __future__ import annotations

from pathlib import Path

from annotation_files_read import read, sentences

from coughd.detectors.evaluation.annotations.files import read_annotation_file


def test_columns_may_be_called_otherwise(tmp_path: Path) -> None:
    found = read(
        tmp_path, "Path,Start,Duration,Class,Participant,Source\nx.wav,1,0.5,Cough?,p1,phone\n"
    )
    (row,) = found.rows

    assert (row.file, row.onset_s, row.offset_s, row.sure) == ("x.wav", 1.0, 1.5, False)
    assert (row.subject, row.source) == ("p1", "phone")


def test_a_header_may_follow_blank_lines(tmp_path: Path) -> None:
    found = read(tmp_path, "\n\nonset_s,offset_s\n\n1,2\n")

    assert [row.line for row in found.rows] == [5]
    assert found.notices == []


def test_tabs_are_no_wonder_in_a_table_of_tabs(tmp_path: Path) -> None:
    assert read(tmp_path, "onset_s\toffset_s\n1\t2\n", "table.tsv").notices == []


def test_a_byte_order_mark_is_no_part_of_the_header(tmp_path: Path) -> None:
    path = tmp_path / "excel.csv"
    path.write_text("onset_s,offset_s\n1,2\n", encoding="utf-8-sig")

    assert len(read_annotation_file(path).rows) == 1


def test_a_header_alone_says_nothing(tmp_path: Path) -> None:
    found = read(tmp_path, "file,onset_s,offset_s\n\n")

    assert found.rows == []
    (sentence,) = sentences(found)
    assert sentence.startswith(":1: has a header and no row below it: where there is nothing in a")


def test_a_column_that_stands_there_twice_is_told(tmp_path: Path) -> None:
    found = read(tmp_path, "file,Onset_s,onset_s,label\na.wav,1,99,cough\n")

    assert [row.onset_s for row in found.rows] == [1.0]
    assert sentences(found) == [":1: has two columns 'Onset_s'; the first one is read."]


def test_labels_without_tabs_are_told_what_they_lack(tmp_path: Path) -> None:
    found = read(tmp_path, "1.0 1.3 cough\n", name="night.txt")

    (sentence,) = sentences(found)
    assert sentence.startswith(":1: has neither Audacity's labels (start, end and label between")


def test_whose_recordings_they_are_may_stand_beside_a_score_of_theirs(tmp_path: Path) -> None:
    found = read(tmp_path, "file,subject,score\nx.wav,p1,7\n")

    assert [(owner.file, owner.subject) for owner in found.owners] == [("x.wav", "p1")]
    assert [] == found.notices
