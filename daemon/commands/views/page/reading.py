"""What a page of the history asks the store, source by source."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from .....storage.history import History
from .....storage.reading.history_rows import Source
from ..history_report import report_of
from .fields import RowsAre, fields_of
from .whole import Section

MOST_SOURCES = 12
"""A page of more would be one that nobody reads to its end."""


def sections_of(
    history: History,
    sources: Sequence[Source],
    asked: tuple[datetime, datetime],
    rows_are: RowsAre,
    epochs_are: tuple[float, int],
) -> Iterator[Section]:
    """Read what each source heard in a range; raises what the methods of `History` raise."""
    gap_s, minimum_coughs = epochs_are
    by = history.by_night if rows_are == "night" else history.by_day
    for source in sources:
        only = [source.source_id]
        report = report_of(history, rows_are, asked, only, epochs_are)
        start, end = report.summary.start, report.summary.end
        rows = by(start, end, gap_s=gap_s, minimum_coughs=minimum_coughs, source_ids=only)
        hours = history.by_hour(start, end, source_ids=only)
        yield Section(report, rows, fields_of(hours, rows_are))
