"""Audacity's labels, with text and without."""

from __future__ import annotations

from pathlib import Path

import pytest
from annotation_files_read import read, sentences


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


def test_labels_without_any_text_are_coughs(tmp_path: Path) -> None:
    found = read(tmp_path, "1.0\t1.0\t\n2.0\t2.0\t\n3.0\t3.2\n", "night.txt")

    assert [(row.onset_s, row.label, row.sure) for row in found.rows] == [
        (1.0, "cough", True),
        (2.0, "cough", True),
        (3.0, "cough", True),
    ]
    assert sentences(found) == [
        ":1: has no text in any label, so each of them is taken as a cough."
    ]


def test_labels_some_of_which_have_text_are_unknown_without_it(tmp_path: Path) -> None:
    found = read(tmp_path, "1.0\t1.0\t\n2.0\t2.0\tcough\n", "night.txt")

    assert [row.label for row in found.rows] == ["unknown", "cough"]
    assert "the label is empty" in sentences(found)[0]
