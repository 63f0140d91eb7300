"""A report for people: tables and bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

from collections.abc import Callable

from rich.box import SIMPLE_HEAD
from rich.console import Console, JustifyMethod
from rich.table import Table
from rich.text import Text

from ...storage.reading.history_rows import Epoch, Event
from ...storage.reading.intervals import Interval
from ..judge import BELOW_THRESHOLD
from ..why import why_not
from .history_report import Report, Row
from .history_words import (
    coverage_text,
    event_ending,
    length_text,
    printable,
    rate_text,
    sentences,
    short_id,
    to_millisecond,
    to_minute,
)

_WIDE_COLUMNS = 110
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_NUMBERS = {
    "length s", "P(cough)", "level dBFS", "coughs", "cough-s", "epochs",
    "monitored", "coverage", "coughs/h", "95 %",
}  # fmt: skip


def print_tables(report: Report, console: Console) -> None:
    """Print a table, with a bar a line for hours and days, and what it adds up to."""
    if report.rows:
        console.print(_title(report), style="bold")
        console.print(_table(report, console.width))
        if any(_unheard(row) for row in report.rows):
            console.print("· not monitored", style="dim")
        if any(_partly(row) for row in report.rows):
            console.print("░ too little was monitored for a rate", style="dim")
    for sentence in sentences(report):
        console.print(Text(sentence))


def print_plain(report: Report, write: Callable[[str], None]) -> None:
    """Write tab-separated lines under a line of headings; what they add up to begins with `#`."""
    if report.rows:
        write("\t".join(_headings(report)))
        for row in report.rows:
            write("\t".join(_cells(report, row, short=False)))
    for sentence in sentences(report):
        write(f"# {sentence}")


def _title(report: Report) -> Text:
    start, end = report.summary.start, report.summary.end
    names = ", ".join(printable(source.name) for source in report.sources)
    heading = f"{names}, {to_minute(start)} to {to_minute(end)} {report.summary.terms.zone}"
    return Text(heading)


def _table(report: Report, width: int) -> Table:
    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    headings = _headings(report)
    left_out = _left_out(report) if width < _WIDE_COLUMNS else frozenset()
    for heading in headings:
        if heading not in left_out:
            side: JustifyMethod = "right" if heading in _NUMBERS else "left"
            table.add_column(heading, justify=side, no_wrap=True)
    if report.by in {"hour", "day"}:
        table.add_column("", no_wrap=True)
    most = max((row.coughs for row in report.rows if isinstance(row, Interval)), default=0)
    bar_cells = min(width - (73 if left_out else 84), 24)
    for row in report.rows:
        named = zip(headings, _cells(report, row, short=True), strict=True)
        cells = [Text(cell) for heading, cell in named if heading not in left_out]
        if isinstance(row, Interval):
            cells.append(_bar(row, most, max(bar_cells, 6)))
        not_counted = isinstance(row, Event) and not row.counted
        table.add_row(*cells, style="dim" if not_counted else None)
    return table


def _left_out(report: Report) -> frozenset[str]:
    """Choose what a table of 80 columns does without."""
    detail = {"length s", "epoch", "level dBFS"} if report.with_rejected else set()
    return frozenset({"monitored", "scored by", *detail})


def _bar(interval: Interval, most: int, cells: int) -> Text:
    if _unheard(interval):
        return Text("·" * 6, style="dim")
    eighths = round(interval.coughs / most * cells * 8) if most else 0
    if _partly(interval):
        return Text("░" * max(-(-eighths // 8), 1), style="dim")
    whole, rest = divmod(max(eighths, 1), 8)
    return Text("█" * whole + (_EIGHTHS[rest] if rest else ""), style="cyan")


def _unheard(row: Row) -> bool:
    return isinstance(row, Interval) and not row.monitored_us and not row.coughs


def _partly(row: Row) -> bool:
    return isinstance(row, Interval) and row.monitored_us > 0 and row.rate_withheld is not None


def _headings(report: Report) -> list[str]:
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


def _cells(report: Report, row: Row, *, short: bool) -> list[str]:
    # The year stands in the title.
    year = 5 if short else 0
    match row:
        case Event():
            onset = to_millisecond(row.onset)[year:]
            cells = [
                onset,
                f"{(row.offset_us - row.onset_us) / 1e6:.2f}",
                printable(row.source_name),
                printable(row.label),
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
                printable(row.source_name),
                f"{row.coughs}",
                short_id(row.epoch_id),
            ]
        case Interval():
            start = to_minute(row.start)[year:]
            if report.by == "day":
                start = f"{row.start:%a %m-%d}" if short else f"{row.start:%Y-%m-%d}"
            return [start, *_sums(row)]


def _why_not(row: Event, *, short: bool) -> str:
    """In a table the probability has a column of its own already."""
    if row.reason is None:
        return ""
    if short:
        below = row.reason == BELOW_THRESHOLD
        return f"below {row.threshold:.2f}" if below else printable(row.reason)
    told = why_not(
        reason=row.reason,
        probability=row.probability,
        threshold=row.threshold,
        gate_score=row.gate_score,
        scores=row.scores,
        window=row.window,
    )
    return printable(told)


def _sums(row: Interval) -> list[str]:
    if _unheard(row):
        return ["-", "-", "-", length_text(0), coverage_text(row), "-", "-"]
    return [
        f"{row.coughs}",
        f"{row.cough_seconds}",
        f"{row.epochs}",
        length_text(row.monitored_s),
        coverage_text(row),
        rate_text(row.rate_per_hour),
        "-" if row.rate_withheld else f"{rate_text(row.rate_low)} to {rate_text(row.rate_high)}",
    ]
