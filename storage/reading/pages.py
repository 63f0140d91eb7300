"""Long answers a page at a time, each page in a short transaction of its own.

Whoever takes the rows may be slow, and a long transaction would keep the log from being
checkpointed. What is written meanwhile may be among the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol, TypeAlias

from sqlalchemy import Connection, Row

PAGE_ROWS = 2_000

Reading: TypeAlias = Callable[[], AbstractContextManager[Connection]]
"""Begins a transaction that reads."""
Place: TypeAlias = tuple[int, int]
"""The (onset_us, event_row) of an event: no two share it."""


class ReadPage(Protocol):
    """Reads events by onset."""

    def __call__(
        self, connection: Connection, *, after: Place | None, limit: int
    ) -> Sequence[Row[Any]]:
        """Read so many of those that follow `after`, at most; each row has its place."""
        ...


def in_pages(reading: Reading, read_page: ReadPage, limit: int | None = None) -> Iterator[Row[Any]]:
    """Give row after row, `limit` of them at most."""
    after: Place | None = None
    left = limit
    while left is None or left > 0:
        size = PAGE_ROWS if left is None else min(left, PAGE_ROWS)
        with reading() as connection:
            rows = read_page(connection, after=after, limit=size)
        yield from rows
        if len(rows) < PAGE_ROWS:
            return
        after = (rows[-1].onset_us, rows[-1].event_row)
        left = None if left is None else left - len(rows)
