"""Exports: the history as CSV or JSON Lines, row by row."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Literal, TextIO, TypeAlias, assert_never

from ..history import History
from .export_columns import (
    COVERAGE_COLUMNS,
    EPOCH_COLUMNS,
    EVENT_COLUMNS,
    INTERVAL_COLUMNS,
    REVIEW_COLUMNS,
    Record,
    Value,
    epoch_record,
    event_record,
    interval_record,
    review_record,
    span_record,
)
from .interval_reading import gap_us_of
from .intervals import DEFAULT_GAP_S, DEFAULT_MINIMUM_COUGHS
from .local_time import to_us

What: TypeAlias = Literal["events", "hours", "days", "nights", "epochs", "coverage", "reviews"]
Format: TypeAlias = Literal["csv", "jsonl"]

COLUMNS: dict[What, tuple[str, ...]] = {
    "events": EVENT_COLUMNS,
    "hours": INTERVAL_COLUMNS,
    "days": INTERVAL_COLUMNS,
    "nights": INTERVAL_COLUMNS,
    "epochs": EPOCH_COLUMNS,
    "coverage": COVERAGE_COLUMNS,
    "reviews": REVIEW_COLUMNS,
}
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def export_records(
    history: History,
    what: What,
    start: datetime | None = None,
    end: datetime | None = None,
    *,
    source_ids: Sequence[str] | None = None,
    counted_only: bool = True,
    gap_s: float = DEFAULT_GAP_S,
    minimum_coughs: int = DEFAULT_MINIMUM_COUGHS,
) -> Iterator[Record]:
    """Give the rows of an export; hours, days and coverage come source by source.

    The range is cut to the time in which the sources were known. Raises what the methods of
    `History` raise: at once where the question is wrong, before there is a row.
    """
    gap_us_of(gap_s, minimum_coughs)
    if start is not None and end is not None and to_us(end) < to_us(start):
        raise ValueError(f"the range ends ({end}) before it begins ({start})")
    first, last = history.extent(source_ids)
    # Two datetimes of one zone compare by wall clock, which an hour that comes twice misleads.
    start = first if start is None else max(start, first, key=to_us)
    end = max(start, last if end is None else min(end, last, key=to_us), key=to_us)
    return _records(
        history,
        what,
        start,
        end,
        source_ids=source_ids,
        counted_only=counted_only,
        gap_s=gap_s,
        minimum_coughs=minimum_coughs,
    )


def _records(
    history: History,
    what: What,
    start: datetime,
    end: datetime,
    *,
    source_ids: Sequence[str] | None,
    counted_only: bool,
    gap_s: float,
    minimum_coughs: int,
) -> Iterator[Record]:
    match what:
        case "events":
            found = history.events(start, end, source_ids=source_ids, counted_only=counted_only)
            yield from map(event_record, found)
        case "hours" | "days" | "nights":
            asks = {
                "hours": history.by_hour,
                "days": history.by_day,
                "nights": history.by_night,
            }
            ask = asks[what]
            for source in history.sources():
                if source_ids is None or source.source_id in source_ids:
                    for interval in ask(
                        start,
                        end,
                        source_ids=[source.source_id],
                        gap_s=gap_s,
                        minimum_coughs=minimum_coughs,
                    ):
                        yield interval_record(interval, source.name)
        case "epochs":
            epochs = history.epochs(
                start, end, source_ids=source_ids, gap_s=gap_s, minimum_coughs=minimum_coughs
            )
            yield from map(epoch_record, epochs)
        case "coverage":
            yield from map(span_record, history.coverage(start, end, source_ids=source_ids))
        case "reviews":
            yield from map(review_record, history.reviews(start, end, source_ids=source_ids))
        case _:
            assert_never(what)


def write_csv(stream: TextIO, columns: Sequence[str], records: Iterable[Record]) -> int:
    r"""Write a header and a line per record (RFC 4180 quoting, `\n` line ends); give the lines.

    Nothing is an empty field, truth is `true` or `false`, a mapping is JSON. A text that a
    spreadsheet would take for a formula gets an apostrophe in front; numbers never do.
    """
    writer = csv.writer(_NewlineEnds(stream), lineterminator="\r\n")
    writer.writerow(columns)
    count = 0
    for record in records:
        writer.writerow([_csv_field(record[column]) for column in columns])
        count += 1
    return count


def write_jsonl(stream: TextIO, records: Iterable[Record]) -> int:
    """Write a JSON object a line, its keys in the order of the columns; give the lines."""
    count = 0
    for record in records:
        stream.write(json.dumps(record, ensure_ascii=False, allow_nan=False) + "\n")
        count += 1
    return count


class _NewlineEnds:
    r"""Ends csv's lines with `\n`: asked for that itself, csv would leave a lone `\r` unquoted."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, line: str) -> None:
        self._stream.write(line.removesuffix("\r\n") + "\n")


def _csv_field(value: Value) -> str | int | float:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int() | float():
            return value
        case str():
            return "'" + value if value.startswith(_FORMULA_STARTS) else value
        case _:
            return json.dumps(value, ensure_ascii=False, allow_nan=False)
