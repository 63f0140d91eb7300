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
Place: TypeAlias = tuple[int, ...]
"""Where a row is in the order of its pages: no two share it."""


def place_of_event(row: Row[Any]) -> Place:
    """Give an event's place: by onset."""
    return row.onset_us, row.event_row


class ReadPage(Protocol):
    """Reads rows in the order of their places."""

    def __call__(
        self, connection: Connection, *, after: Place | None, limit: int
    ) -> Sequence[Row[Any]]:
        """Read so many of those that follow `after`, at most; each row has its place."""
        ...


def in_pages(
    reading: Reading,
    read_page: ReadPage,
    limit: int | None = None,
    place_of: Callable[[Row[Any]], Place] = place_of_event,
) -> Iterator[Row[Any]]:
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
        after = place_of(rows[-1])
        left = None if left is None else left - len(rows)
