from __future__ import annotations

import os
from pathlib import Path
from threading import Thread

import pytest

from coughd.config.errors import InputError
from coughd.daemon.offline.clip_table import LabelledClip, read_clip_table


def table(folder: Path, text: str) -> Path:
    path = folder / "labels.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_rows_are_read_with_their_lines(tmp_path: Path) -> None:
    read = read_clip_table(
        table(
            tmp_path,
            "\ufeffpath,label ,note, subject,onset_s\n"
            'a.wav,cough,"two\nlines",anna, 1.25\n'
            "deep/b.wav,dog, ,ben,\n",
        )
    )
    assert (
        LabelledClip(3, tmp_path / "a.wav", "cough", 1.25, "anna"),
        LabelledClip(4, tmp_path / "deep" / "b.wav", "other", None, "ben"),
    ) == read.clips
    assert {"dog": 1} == dict(read.taken_as_other)


def test_a_folder_is_its_table_and_subject_wins_over_group(tmp_path: Path) -> None:
    table(tmp_path, "path,label,group,subject\na.wav,cough,a night,anna\n")
    assert ["anna"] == [clip.group for clip in read_clip_table(tmp_path).clips]


def test_a_table_may_come_through_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    said = "path;label;subject\na.wav;cough;anna\n"
    writer = Thread(target=pipe.write_text, args=(said,), daemon=True)
    writer.start()
    assert ["anna"] == [clip.group for clip in read_clip_table(pipe).clips]
    writer.join()


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_what_another_spreadsheet_saved_is_read_alike(tmp_path: Path, delimiter: str) -> None:
    text = '\ufeffpath,label,subject\n"a,b.wav",cough,anna\n'
    saved = text.replace(",", delimiter).replace(f"a{delimiter}b", "a,b")
    read = read_clip_table(table(tmp_path, saved))
    assert (LabelledClip(2, tmp_path / "a,b.wav", "cough", None, "anna"),) == read.clips


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "the column 'path' is missing"),
        ("path,label,subject\n", "has no rows"),
        ("path,label,subject,path\na,cough,b,c\n", ":1: there are two columns 'path'"),
        ("path,label\na,cough\n", "'subject' or 'group' is missing"),
        ("path,label,subject\na,Coughs,b\n", r":2: there is no label 'Coughs'; did you mean"),
        ("path,label,subject\na,cough\n", ":2: path, label and subject must not be empty"),
        ("path,label,group\n,cough,a\n", ":2: path, label and group must not be empty"),
        ("path,label,subject,onset_s\na,cough,b,-1\n", ":2: onset_s '-1' is no time"),
        ("path,label,subject,onset_s\na,cough,b,nan\n", ":2: onset_s 'nan' is no time"),
        ('path,label,subject\n"a,cough,b\n', "is not a CSV"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        read_clip_table(table(tmp_path, text))


def test_what_is_not_text_or_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"labels\.csv cannot be read: No such file"):
        read_clip_table(tmp_path)
    (tmp_path / "labels.csv").write_bytes(b"path,label,subject\n\xff\xfe,cough,a\n")
    with pytest.raises(InputError, match=r"is not a CSV in UTF-8: .*; save it again, as"):
        read_clip_table(tmp_path)
