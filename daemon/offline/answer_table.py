"""Answers to a further question about coughs, as a person wrote them into a CSV."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ...config.errors import InputError
from .clip_table import ClipTable, LabelledClip, onset_of
from .csv_rows import Row, Rows, cell, group_column_of, read_rows, refuse_empty, refuse_missing

_YES = frozenset({"yes", "true", "1", "1.0"})
_NO = frozenset({"no", "false", "0", "0.0"})
"""With 1.0 and 0.0, since a column of ones, noughts and nothing is one of fractions to pandas."""


@dataclass(frozen=True, slots=True)
class AnsweredEvent:
    """One row that names an event of the store."""

    line: int
    event_id: str
    yes: bool
    group: str | None
    """Whose cough it was; None: nobody says."""


@dataclass(frozen=True, slots=True)
class AnswerTable:
    """What a CSV says: answers about clips, or about events."""

    file: Path
    clips: ClipTable | None
    """`cough` stands for yes and `other` for no; None where the rows name events."""
    events: tuple[AnsweredEvent, ...]


def read_answer_table(place: Path, question: str) -> AnswerTable:
    """Read a CSV, or `labels.csv` of a folder, with a column named like the question.

    Its cells are yes, true, 1 or 1.0, no, false, 0 or 0.0, or empty where nobody can tell. The
    rows name clips, as `read_clip_table` reads them, or events by `event_id`. Raises InputError
    with file and line.
    """
    rows = read_rows(place)
    refuse_missing(rows, question)
    if ("path" in rows.columns) == ("event_id" in rows.columns):
        raise InputError(
            f"{rows.file}:1: it needs a column 'path', for clips, or 'event_id', for events of the "
            "store, and not both."
        )
    refuse_missing(rows, "path" if "path" in rows.columns else "event_id")
    refuse_empty(rows)
    said = [(line, row, _answer(rows, line, row, question)) for line, row in rows.rows]
    answered = [(line, row, yes) for line, row, yes in said if yes is not None]
    if not answered:
        raise InputError(f"{rows.file}: no row has an answer in the column {question!r}.")
    if "path" in rows.columns:
        group = group_column_of(rows)
        clips = tuple(_clip(rows, line, row, group, yes=yes) for line, row, yes in answered)
        return AnswerTable(rows.file, ClipTable(rows.file, clips, {}), ())
    events = tuple(_event(rows, line, row, yes=yes) for line, row, yes in answered)
    _refuse_two_answers(rows, events)
    return AnswerTable(rows.file, None, events)


def _answer(rows: Rows, line: int, row: Row, question: str) -> bool | None:
    text = cell(row, question)
    if text.casefold() in _YES | _NO:
        return text.casefold() in _YES
    if text:
        raise InputError(
            f"{rows.file}:{line}: {question} {text!r} is neither yes nor no (nor true, false, 1 or "
            "0); leave it empty where nobody can tell."
        )
    return None


def _clip(rows: Rows, line: int, row: Row, group_column: str, *, yes: bool) -> LabelledClip:
    where = f"{rows.file}:{line}"
    path, group = cell(row, "path"), cell(row, group_column)
    if not path or not group:
        raise InputError(f"{where}: path and {group_column} must not be empty.")
    label = "cough" if yes else "other"
    return LabelledClip(line, rows.file.parent / path, label, onset_of(where, row), group)


def _event(rows: Rows, line: int, row: Row, *, yes: bool) -> AnsweredEvent:
    event_id = cell(row, "event_id").lower()
    if not event_id:
        raise InputError(f"{rows.file}:{line}: event_id must not be empty.")
    group = cell(row, rows.group_column) if rows.group_column else ""
    return AnsweredEvent(line, event_id, yes, group or None)


def _refuse_two_answers(rows: Rows, events: tuple[AnsweredEvent, ...]) -> None:
    first: dict[str, AnsweredEvent] = {}
    for event in events:
        before = first.setdefault(event.event_id, event)
        if before.yes != event.yes:
            raise InputError(
                f"{rows.file}:{event.line}: the event has another answer in line {before.line}; "
                "leave one of them, or none."
            )
