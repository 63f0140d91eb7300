"""What stands in the columns of a report's rows."""

from __future__ import annotations

from datetime import datetime

from ....config.as_text import in_one_line
from ....storage.reading.history_rows import Epoch, Event
from ....storage.reading.intervals import Interval
from ....storage.reading.local_time import evening_of
from ...judge import BELOW_THRESHOLD
from ...why import why_not
from .history_report import By, Report, Row
from .history_words import (
    coverage_text,
    event_ending,
    length_text,
    rate_text,
    short_id,
)
from .moments import to_millisecond, to_minute

_YEAR = len("2026-")
"""A table does without: it stands in the title."""


def headings_of(report: Report) -> list[str]:
    """Name every column of the report."""
    match report.by:
        case "event":
            headings = ["onset", "length s", "source", "label", "P(cough)", "level dBFS"]
            headings += ["scored by", "epoch", "id"]
            return [*headings, "not counted"] if report.with_rejected else headings
        case "epoch":
            return ["onset", "length s", "source", "coughs", "epoch"]
        case _:
            headings = [report.by, "coughs", "cough-s", "epochs"]
            return [*headings, "monitored", "coverage", "coughs/h", "95 %"]


def cells_of(report: Report, row: Row, *, short: bool) -> list[str]:
    """Give a row's cells, one for each heading; `short` is for a table under a title."""
    year = _YEAR if short else 0
    match row:
        case Event():
            onset = to_millisecond(row.onset)[year:]
            cells = [
                onset,
                f"{(row.offset_us - row.onset_us) / 1e6:.2f}",
                in_one_line(row.source_name),
                in_one_line(row.label),
                "-" if row.probability is None else f"{row.probability:.3f}",
                f"{row.level_dbfs:.1f}",
                row.scored_by,
                short_id(row.epoch_id),
                event_ending(row.event_id),
            ]
            return [*cells, _why_not(row, short=short)] if report.with_rejected else cells
        case Epoch():
            onset = to_millisecond(row.onset)[year:]
            return [
                onset,
                f"{(row.offset_us - row.onset_us) / 1e6:.2f}",
                in_one_line(row.source_name),
                f"{row.coughs}",
                short_id(row.epoch_id),
            ]
        case Interval():
            return [_beginning(report.by, row.start, short=short), *_sums(row)]


def _beginning(by: By, start: datetime, *, short: bool) -> str:
    match by:
        case "day":
            day = start.date()
        case "night":
            day = evening_of(start)
        case _:
            return to_minute(start)[_YEAR if short else 0 :]
    return f"{day:%a %m-%d}" if short else f"{day:%Y-%m-%d}"


def _why_not(row: Event, *, short: bool) -> str:
    """In a table the probability has a column of its own already."""
    if row.reason is None:
        return ""
    if short:
        below = row.reason == BELOW_THRESHOLD
        return f"below {row.threshold:.2f}" if below else in_one_line(row.reason)
    told = why_not(
        reason=row.reason,
        probability=row.probability,
        threshold=row.threshold,
        gate_score=row.gate_score,
        scores=row.scores,
        window=row.window,
    )
    return in_one_line(told)


def _sums(row: Interval) -> list[str]:
    if unheard(row):
        return ["-", "-", "-", length_text(0), coverage_text(row), "-", "-"]
    return [
        f"{row.coughs}",
        f"{row.cough_seconds}",
        "-" if row.epochs is None else f"{row.epochs}",
        length_text(row.monitored_s),
        coverage_text(row),
        rate_text(row.rate_per_hour),
        "-" if row.rate_withheld else f"{rate_text(row.rate_low)} to {rate_text(row.rate_high)}",
    ]


def unheard(row: Row) -> bool:
    """Whether nothing was monitored then, so that its coughs are not known."""
    return isinstance(row, Interval) and not row.monitored_us and not row.coughs


def partly(row: Row) -> bool:
    """Whether something was monitored, but too little for a rate."""
    return isinstance(row, Interval) and row.monitored_us > 0 and row.rate_withheld is not None
