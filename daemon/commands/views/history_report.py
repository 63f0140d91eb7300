"""What `coughd history` has to say, before it takes a form; and its JSON form."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TextIO, TypeAlias

from ....storage.history import History
from ....storage.messages import rfc3339
from ....storage.reading.export_columns import (
    Record,
    epoch_record,
    event_record,
    interval_record,
)
from ....storage.reading.history_rows import Epoch, Event, Source
from ....storage.reading.intervals import Interval
from ....storage.reading.local_time import to_us

By: TypeAlias = Literal["event", "hour", "day", "night", "epoch"]
Row: TypeAlias = Event | Epoch | Interval


@dataclass(frozen=True, slots=True)
class Report:
    """One answer: the rows of a range and their sum."""

    by: By
    asked: tuple[datetime, datetime]
    """As the options say; the summary's range is the part of it that the store knows."""
    known: tuple[datetime, datetime]
    """Since when, and until when, the store knows of the sources at all."""
    kept_from: datetime | None
    """Since when all single events are kept, where earlier ones were deleted."""
    sources: list[Source]
    summary: Interval
    rows: Iterable[Row]
    """In the order of their times; they may be read while they are taken, and only once."""
    with_rejected: bool
    """Whether the events include those not counted."""


def _known_part(
    asked: tuple[datetime, datetime], known: tuple[datetime, datetime]
) -> tuple[datetime, datetime]:
    """Cut a range to the time in which the sources were known; it may be empty."""
    # Two datetimes of one zone compare by wall clock, which an hour that comes twice misleads.
    start, end = max(asked[0], known[0], key=to_us), min(asked[1], known[1], key=to_us)
    return start, max(start, end, key=to_us)


def report_of(
    history: History,
    by: By,
    asked: tuple[datetime, datetime],
    source_ids: Sequence[str] | None,
    epochs_are: tuple[float, int],
) -> Report:
    """Read all but the rows; `epochs_are` a gap in seconds and a minimum of coughs.

    Raises what the methods of `History` raise.
    """
    known = history.extent(source_ids)
    start, end = _known_part(asked, known)
    gap_s, minimum_coughs = epochs_are
    return Report(
        by=by,
        asked=asked,
        known=known,
        kept_from=history.kept_from(),
        sources=[
            each for each in history.sources() if source_ids is None or each.source_id in source_ids
        ],
        summary=history.summary(
            start, end, source_ids=source_ids, gap_s=gap_s, minimum_coughs=minimum_coughs
        ),
        rows=(),
        with_rejected=False,
    )


def write_document(report: Report, stream: TextIO) -> None:
    """Write the JSON of `coughd history --json`, schema `coughd.history/1`, row by row.

    The last brackets follow the last row: what ended early is no JSON.
    """
    names = {each.source_id: each.name for each in report.sources}
    stream.write(_encoded(_without_rows(report, names)).removesuffix("]}"))
    stream.writelines(
        (", " if number else "") + _encoded(_record(row, names))
        for number, row in enumerate(report.rows)
    )
    stream.write("]}\n")


def _without_rows(report: Report, names: dict[str, str]) -> dict[str, object]:
    summary, terms = report.summary, report.summary.terms
    sums = interval_record(summary, names.get(summary.source_id or ""))
    return {
        "schema": "coughd.history/1",
        "by": report.by,
        "start_utc": sums["start_utc"],
        "end_utc": sums["end_utc"],
        "timezone": sums["timezone"],
        "sources": [
            {"source_id": each.source_id, "name": each.name, "kind": each.kind}
            for each in report.sources
        ],
        "epoch_gap_s": terms.gap_s,
        "epoch_minimum_coughs": terms.minimum_coughs,
        "minimum_coverage": terms.minimum_coverage,
        "summary": sums,
        "rate_withheld": summary.rate_withheld,
        "kept_from_utc": None if report.kept_from is None else rfc3339(to_us(report.kept_from)),
        "rows": [],
    }


def _encoded(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _record(row: Row, names: dict[str, str]) -> Record:
    match row:
        case Event():
            return event_record(row)
        case Epoch():
            return epoch_record(row)
        case Interval():
            return interval_record(row, names.get(row.source_id or ""))
