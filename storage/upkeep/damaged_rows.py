"""Reads the rows of a table some of whose pages cannot be read."""

from __future__ import annotations

import heapq
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

MOST_FAILURES = 200_000
"""So many failed reads are tried before the rest of a table is given up."""
_LEAST_ROW_BYTES = 16


class DamagedTable:
    """One table of a damaged store; iterate over `rows` once.

    A range of rows that fails is cut in two, the largest range first, until what fails is single
    rows; so what lies behind a bad page is found as surely as what lies before it.
    """

    def __init__(
        self, connection: sqlite3.Connection, name: str, columns: Sequence[str], file_bytes: int
    ) -> None:
        self._connection = connection
        self._name = name
        self._columns = ", ".join(f'"{column}"' for column in columns)
        self._file_bytes = file_bytes
        self.unreadable = 0
        """Row numbers under which nothing could be read; some may never have been in use."""

    def rows(self) -> Iterator[tuple[Any, ...]]:
        """Give every row that can be read, in no certain order."""
        first, last = self._bounds()
        waiting = [(first - last - 1, first, last)]
        failures = 0
        while waiting and failures < MOST_FAILURES:
            _, begin, end = heapq.heappop(waiting)
            reached = begin - 1
            try:
                for number, *values in self._connection.execute(
                    f"SELECT rowid, {self._columns} FROM {self._name} NOT INDEXED"  # noqa: S608
                    " WHERE rowid BETWEEN ? AND ? ORDER BY rowid",
                    (begin, end),
                ):
                    reached = number
                    yield tuple(values)
            except (sqlite3.Error, OverflowError):
                failures += 1
                for half in _halves(reached + 1, end):
                    heapq.heappush(waiting, (half[0] - half[1] - 1, *half))
                if reached + 1 >= end:
                    self.unreadable += 1
        self.unreadable += sum(-size for size, *_ in waiting)

    def _bounds(self) -> tuple[int, int]:
        first = self._number("min", 1)
        last = self._number("max", first + self._file_bytes // _LEAST_ROW_BYTES)
        return first, max(first, last)

    def _number(self, which: str, otherwise: int) -> int:
        try:
            (found,) = self._connection.execute(
                f"SELECT {which}(rowid) FROM {self._name}"  # noqa: S608
            ).fetchone()
        except sqlite3.Error:
            return otherwise
        return otherwise if found is None else int(found)


def _halves(begin: int, end: int) -> list[tuple[int, int]]:
    if begin >= end:
        return []
    middle = (begin + end) // 2
    return [(begin, middle), (middle + 1, end)]
