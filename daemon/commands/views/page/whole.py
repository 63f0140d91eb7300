"""The history as one web page. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from importlib import resources
from itertools import chain

from .....config.as_text import in_one_line
from .....detectors.drawing.document import document_parts, figure, table
from .....storage.reading.history_rows import Source
from .....storage.reading.intervals import Interval
from ..history_cells import cells_of, headings_of
from ..history_report import Report
from ..history_words import OF_A_ROOM, sentences
from .charts import coughs_of_each, rate_by_clock, rate_of_each
from .fields import Rows, RowsAre, by_clock
from .heat_map import MOST_ROWS, heat_map, legend
from .hours_table import hours_table
from .weeks import plotted

_KEY_OF_NUMBERS = (
    "Coughs in each hour; - where it was not monitored, in brackets where too little of it was "
    "monitored for a rate."
)
_TO = "drawn up to twice the highest rate"
STYLE = resources.files(__package__).joinpath("history.css")


@dataclass(frozen=True, slots=True)
class Section:
    """What one source heard."""

    report: Report
    rows: Sequence[Interval]
    """Its days or nights."""
    fields: Rows


def history_page(
    sources: Sequence[Source],
    sections: Iterable[Section],
    rows_are: RowsAre,
    left_out: Sequence[Source],
    made: str,
) -> Iterator[str]:
    """Lay out the page of these sources, section by section as they are taken.

    Parameters
    ----------
    sections
        One for each source, in their order.
    left_out
        Sources for which there was no room.
    made
        By which version, and when.
    """
    body = _body(sources, sections, rows_are, left_out)
    footer = f"<footer>{OF_A_ROOM} {escape(made)}</footer>"
    style = STYLE.read_text(encoding="utf-8")
    return document_parts("coughd history", chain(body, [footer]), style)


def _body(
    sources: Sequence[Source],
    sections: Iterable[Section],
    rows_are: RowsAre,
    left_out: Sequence[Source],
) -> Iterator[str]:
    yield "<h1>Coughs heard</h1>"
    if not sources:
        yield "<p>The store has no sources yet: nothing has been heard.</p>"
    if left_out:
        names = ", ".join(f"--source {_one_of(each)}" for each in left_out)
        yield (
            f'<p class="note">Here are the first {len(sources)} sources; ask for the others '
            f"with {escape(names)}.</p>"
        )
    often = Counter(in_one_line(source.name) for source in sources)
    for source, section in zip(sources, sections, strict=True):
        name = in_one_line(source.name)
        alone = name.strip() and often[name] == 1
        yield from _section(section, rows_are, name if alone else _one_of(source))


def _one_of(source: Source) -> str:
    """What it is called where its name alone does not say which it is."""
    return in_one_line(f"{source.source_id} ({source.name})")


def _section(section: Section, rows_are: RowsAre, name: str) -> Iterator[str]:
    report = section.report
    yield f"<section><h2>{escape(name)}</h2>"
    told = [sentence for sentence in sentences(report) if sentence != OF_A_ROOM]
    yield f"<p>{escape(' '.join(told))}</p>"
    if section.rows:
        yield from _pictures(section, rows_are)
        rows = [map(escape, cells_of(report, row, short=False)) for row in section.rows]
        yield f"<details><summary>All {rows_are}s in numbers</summary>"
        yield table([*map(escape, headings_of(report))], [[*row] for row in rows])
        yield "</details>"
        yield "<details><summary>The map in numbers</summary>"
        yield f"<p>{_KEY_OF_NUMBERS}</p>"
        yield hours_table(section.fields, rows_are)
        yield "</details>"
    yield "</section>"


def _pictures(section: Section, rows_are: RowsAre) -> Iterator[str]:
    fields = section.fields
    every, each = plotted(section.rows, rows_are)
    minimum_coverage = section.report.summary.terms.minimum_coverage
    when = f"Each hour of each {rows_are}"
    if len(fields) > MOST_ROWS:
        when = f"Each hour of the last {MOST_ROWS} {rows_are}s"
    if rows_are == "night":
        when += ". A night goes from noon to noon and has the date of its evening"
    yield f'<div class="map">{heat_map(fields, rows_are)}</div>'
    yield f'<p class="legend">{when}. Coughs in an hour: {legend(minimum_coverage)}</p>'
    yield '<div class="charts">'
    yield figure(
        coughs_of_each(every, rows_are, each),
        f"Coughs in each {each}; dashed where too little was monitored for a rate, a grey band "
        "where nothing was.",
    )
    yield figure(
        rate_of_each(every, rows_are, each),
        f"Coughs per monitored hour of each {each}, with 95 % intervals, {_TO}.",
    )
    yield figure(
        rate_by_clock(by_clock(fields), rows_are),
        "Coughs per monitored hour at each hour of the clock, all of them together, with 95 % "
        f"intervals, {_TO}.",
    )
    yield "</div>"
