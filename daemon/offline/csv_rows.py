"""The rows of a CSV that a person wrote, each with the line on which it ends."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TypeAlias

from ...config.errors import InputError

DEFAULT_NAME = "labels.csv"
_GROUP_COLUMNS = ("subject", "group")
_DELIMITERS = ",;\t"
Row: TypeAlias = Mapping[str, str | None]


@dataclass(frozen=True, slots=True)
class Rows:
    """What stands in a file."""

    file: Path
    columns: Sequence[str]
    rows: Sequence[tuple[int, Row]]
    """With the line of each."""

    @property
    def group_column(self) -> str | None:
        """The column that says whose each sound is; None where there is none."""
        return next((name for name in _GROUP_COLUMNS if name in self.columns), None)


def read_rows(place: Path) -> Rows:
    """Read a CSV in UTF-8, or `labels.csv` of a folder; InputError where it is none.

    Cells are separated by commas, or by semicolons or tabs, as some spreadsheets save them.
    """
    file = place / DEFAULT_NAME if place.is_dir() else place
    try:
        with file.open(newline="", encoding="utf-8-sig") as lines:
            # No going back: the table may come through a pipe.
            header = lines.readline()
            delimiter = max(_DELIMITERS, key=header.count)
            reader = csv.DictReader(chain([header], lines), strict=True, delimiter=delimiter)
            columns = [name.strip() for name in reader.fieldnames or []]
            reader.fieldnames = columns
            # A quoted cell may span lines: the reader knows where it is.
            rows = [(reader.line_num, row) for row in reader]
    except OSError as exc:
        raise InputError(
            f"{file} cannot be read: {exc.strerror}; name a CSV, or a folder with {DEFAULT_NAME}."
        ) from exc
    except UnicodeDecodeError as exc:
        raise InputError(
            f"{file} is not a CSV in UTF-8: {exc}; save it again, as a CSV in UTF-8."
        ) from exc
    except csv.Error as exc:
        raise InputError(f"{file} is not a CSV in UTF-8: {exc}.") from exc
    return Rows(file, columns, rows)


def refuse_missing(rows: Rows, *columns: str) -> None:
    """Raise InputError where one of these columns is missing, or is there twice."""
    for wanted in columns:
        if wanted not in rows.columns:
            raise InputError(f"{rows.file}:1: the column {wanted!r} is missing.")
        if rows.columns.count(wanted) > 1:
            raise InputError(
                f"{rows.file}:1: there are two columns {wanted!r}; name one of them differently."
            )


def group_column_of(rows: Rows) -> str:
    """The column that says whose each sound is; InputError where there is none."""
    if rows.group_column is None:
        raise InputError(
            f"{rows.file}:1: a column 'subject' or 'group' is missing, which says whose each sound "
            "is; sounds of one person in two folds would make every score too good."
        )
    return rows.group_column


def refuse_empty(rows: Rows) -> None:
    """Raise InputError where there is no row."""
    if not rows.rows:
        raise InputError(f"{rows.file} has no rows; write one for each labelled sound.")


def cell(row: Row, column: str) -> str:
    """What stands in a cell, without blanks round it; empty where there is none."""
    return (row.get(column) or "").strip()
