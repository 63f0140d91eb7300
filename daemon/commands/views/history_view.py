"""A report for people: tables and bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console, JustifyMethod
from rich.table import Table
from rich.text import Text

from ....config.as_text import in_one_line
from ....storage.reading.history_rows import Event
from ....storage.reading.intervals import Interval
from .fitting import GAP_CELLS, fit, table_width
from .history_cells import cells_of, headings_of, partly, unheard
from .history_report import Report, Row
from .history_words import sentences
from .moments import to_minute

_WIDE_COLUMNS = 110
_SHORTEST_BAR, _LONGEST_BAR = 6, 24
_EIGHTHS = " ▏▎▍▌▋▊▉█"
_NUMBERS = {
    "length s", "P(cough)", "level dBFS", "coughs", "cough-s", "epochs",
    "monitored", "coverage", "coughs/h", "95 %",
}  # fmt: skip


def print_tables(report: Report, console: Console) -> None:
    """Print a table, with a bar a line for hours and days, and what it adds up to.

    A narrow terminal gets fewer columns, and none with shortened digits or ids.
    """
    rows = [*report.rows]
    if rows:
        console.print(_title(report), style="bold")
        table, has_bars = _table(report, rows, console.width)
        console.print(table)
        for sentence in _signs(rows, has_bars=has_bars):
            console.print(sentence, style="dim")
    for sentence in sentences(report):
        console.print(Text(sentence))


def print_plain(report: Report, write: Callable[[str], None]) -> None:
    """Write tab-separated lines under a line of headings; what they add up to begins with `#`."""
    for number, row in enumerate(report.rows):
        if number == 0:
            write("\t".join(headings_of(report)))
        write("\t".join(cells_of(report, row, short=False)))
    for sentence in sentences(report):
        write(f"# {sentence}")


def _title(report: Report) -> Text:
    start, end = report.summary.start, report.summary.end
    names = ", ".join(in_one_line(source.name) for source in report.sources)
    heading = f"{names}, {to_minute(start)} to {to_minute(end)} {report.summary.terms.zone}"
    return Text(heading)


def _table(report: Report, rows: Sequence[Row], width: int) -> tuple[Table, bool]:
    """Make the table, and say whether there was room for its bars."""
    headings = headings_of(report)
    lines = [cells_of(report, row, short=True) for row in rows]
    widths = {
        heading: max(map(cell_len, (heading, *cells)))
        for heading, cells in zip(headings, zip(*lines, strict=True), strict=True)
    }
    if width < _WIDE_COLUMNS:
        for heading in _left_out(report):
            widths.pop(heading, None)
    shown = fit(widths, width, _dispensable(report), "source")
    bar_cells = min(width - table_width(shown) - GAP_CELLS, _LONGEST_BAR)
    has_bars = report.by in {"hour", "day", "night"} and bar_cells >= _SHORTEST_BAR

    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, show_edge=False)
    for heading, cells in shown.items():
        side: JustifyMethod = "right" if heading in _NUMBERS else "left"
        table.add_column(heading, justify=side, no_wrap=True, width=cells)
    if has_bars:
        table.add_column("", no_wrap=True)
    most = max((row.coughs for row in rows if isinstance(row, Interval)), default=0)
    for row, line in zip(rows, lines, strict=True):
        named = zip(headings, line, strict=True)
        cells_shown = [Text(cell) for heading, cell in named if heading in shown]
        if has_bars and isinstance(row, Interval):
            cells_shown.append(_bar(row, most, bar_cells))
        not_counted = isinstance(row, Event) and not row.counted
        table.add_row(*cells_shown, style="dim" if not_counted else None)
    return table, has_bars


def _signs(rows: Sequence[Row], *, has_bars: bool) -> Iterator[str]:
    """Explain what stands where a number or a bar is not."""
    not_heard = any(unheard(row) for row in rows)
    too_little = any(partly(row) for row in rows)
    if not has_bars:
        if not_heard or too_little:
            yield "- nothing or too little monitored"
        return
    if not_heard:
        yield "· not monitored"
    if too_little:
        yield "░ too little was monitored for a rate"


def _left_out(report: Report) -> frozenset[str]:
    """Choose what a table of 80 columns does without."""
    detail = {"length s", "epoch", "level dBFS"} if report.with_rejected else set()
    return frozenset({"monitored", "scored by", *detail})


def _dispensable(report: Report) -> list[str]:
    """Choose what a still narrower table does without, the first one first."""
    # The title names the sources, which is enough where there is only one.
    alone = len(report.sources) == 1
    match report.by:
        case "event":
            rest = ["source", "P(cough)"] if alone else ["P(cough)", "source"]
            return ["scored by", "level dBFS", "epoch", "length s", *rest, "label", "not counted"]
        case "epoch":
            return ["source", "length s"] if alone else ["length s", "epoch", "source"]
        case _:
            return ["monitored", "95 %", "cough-s", "coverage", "epochs", "coughs/h"]


def _bar(interval: Interval, most: int, cells: int) -> Text:
    if unheard(interval):
        return Text("·" * _SHORTEST_BAR, style="dim")
    eighths = round(interval.coughs / most * cells * 8) if most else 0
    if partly(interval):
        return Text("░" * max(-(-eighths // 8), 1), style="dim")
    whole, rest = divmod(max(eighths, 1), 8)
    return Text("█" * whole + (_EIGHTHS[rest] if rest else ""), style="cyan")
