"""The rows of a CSV table, one by one, with the lines that they stand on. Pure."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_QUOTE = '"'


@dataclass(frozen=True, slots=True)
class Record:
    """One row; it may run over several lines where a quoted cell does."""

    line: int
    """On which it begins."""
    cells: tuple[str, ...]
    """Empty where it cannot be read at all."""
    trouble: str | None = None
    """A sentence on what is wrong with it."""


def records(lines: Sequence[str], first: int, delimiter: str, width: int) -> Iterator[Record]:
    """Read rows from line number `first` on; blank lines are none.

    A quotation mark that nothing closes would take the rows below into its cell. Such a row is read
    to the end of its first line instead.
    """
    at = first - 1
    while at < len(lines):
        if not lines[at].strip():
            at += 1
            continue
        record, after = _record(lines, at, delimiter, width)
        yield record
        at = after


def split(line: str, delimiter: str) -> list[str]:
    """Read the cells of one line; none of a line that cannot be read."""
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter))]
    except csv.Error:
        return []


def _record(lines: Sequence[str], at: int, delimiter: str, width: int) -> tuple[Record, int]:
    rest = (f"{lines[index]}\n" for index in range(at, len(lines)))
    reader = csv.reader(rest, delimiter=delimiter)
    try:
        cells = [cell.strip() for cell in next(reader)]
    except csv.Error:
        cells = []
    after = at + reader.line_num
    if reader.line_num > 1 and (
        len(cells) != width or _took_rows(lines[at:after], delimiter, width)
    ):
        return Record(
            at + 1,
            tuple(split(lines[at], delimiter)),
            f"holds a quotation mark that is not closed in a row of {width} columns; it is read to "
            "the end of its line.",
        ), at + 1
    if not cells:
        return Record(
            at + 1, (), "cannot be read, its cells are too long; the row is left out."
        ), after
    return Record(at + 1, tuple(cells)), after


def _took_rows(lines: Sequence[str], delimiter: str, width: int) -> bool:
    """Whether a row of several lines is more than one: nothing closes it, or rows are within."""
    if sum(line.count(_QUOTE) for line in lines) % 2:
        return True
    within = [*lines[1:-1], lines[-1].partition(_QUOTE)[0]]
    return any(len(split(line, delimiter)) == width for line in within)
