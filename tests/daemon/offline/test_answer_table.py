from __future__ import annotations

from pathlib import Path

import pytest

from coughd.config.errors import InputError
from coughd.daemon.offline.answer_table import AnsweredEvent, read_answer_table
from coughd.daemon.offline.clip_table import LabelledClip


def table(folder: Path, text: str) -> Path:
    path = folder / "answers.csv"
    path.write_text(text, encoding="utf-8")
    return path


def test_answers_about_events(tmp_path: Path) -> None:
    read = read_answer_table(
        table(
            tmp_path,
            "event_id,label,wet,subject\n"
            "e-1,cough,yes,anna\n"
            "e-2,cough, ,anna\n"
            "e-3,cough,No,\n"
            "e-4,cough,1,ben\n"
            "e-4,cough,TRUE,ben\n",
        ),
        "wet",
    )
    assert read.clips is None
    assert (
        AnsweredEvent(2, "e-1", yes=True, group="anna"),
        AnsweredEvent(4, "e-3", yes=False, group=None),
        AnsweredEvent(5, "e-4", yes=True, group="ben"),
        AnsweredEvent(6, "e-4", yes=True, group="ben"),
    ) == read.events


def test_answers_about_clips(tmp_path: Path) -> None:
    text = "path,wet,subject,onset_s\na.wav,yes,anna,1.5\nb.wav,0,ben,\nc.wav,,ben,\n"
    read = read_answer_table(table(tmp_path, text), "wet")
    assert () == read.events
    assert read.clips is not None
    assert (
        LabelledClip(2, tmp_path / "a.wav", "cough", 1.5, "anna"),
        LabelledClip(3, tmp_path / "b.wav", "other", None, "ben"),
    ) == read.clips.clips


def test_cells_are_read_as_other_programs_write_them(tmp_path: Path) -> None:
    """A column of ones, noughts and nothing comes out of pandas as fractions."""
    read = read_answer_table(table(tmp_path, "event_id,wet\nAB-1,1.0\nab-2,0.0\nab-3,\n"), "wet")
    assert [("ab-1", True), ("ab-2", False)] == [(one.event_id, one.yes) for one in read.events]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", ":1: the column 'wet' is missing"),
        ("event_id,dry\ne,yes\n", ":1: the column 'wet' is missing"),
        ("wet\nyes\n", ":1: it needs a column 'path', for clips, or 'event_id'"),
        ("wet,path,event_id\nyes,a,b\n", "and not both"),
        ("event_id,wet\n", "has no rows"),
        ("event_id,wet\ne,\n", "no row has an answer in the column 'wet'"),
        ("event_id,wet\ne,\nf,maybe\n", ":3: wet 'maybe' is neither yes nor no"),
        ("event_id,wet,wet\ne,yes,no\n", ":1: there are two columns 'wet'"),
        ("event_id,wet,event_id\ne,yes,f\n", ":1: there are two columns 'event_id'"),
        ("event_id,wet\n,yes\n", ":2: event_id must not be empty"),
        ("event_id,wet\ne,yes\nf,no\nE,no\n", ":4: the event has another answer in line 2"),
        ("path,wet\na,yes\n", "'subject' or 'group' is missing"),
        ("path,wet,subject\na,yes\n", ":2: path and subject must not be empty"),
        ("path,wet,group,onset_s\na,yes,b,-1\n", ":2: onset_s '-1' is no time"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        read_answer_table(table(tmp_path, text), "wet")
