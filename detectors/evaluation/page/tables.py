"""The tables of the web page, from the report's JSON. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import Any

from ...drawing.document import table
from ..report.tables import (
    Words,
    alarm_table,
    interval_or_dash,
    is_worth_telling,
    operating_table,
)
from ..report.titles import BREAKDOWNS, TITLES, best_possible, figure

Json = Mapping[str, Any]

_COUNTS = ("coughs", "hits", "misses", "false_alarms", "undecided")


def which(systems: Sequence[Json], number: int) -> str:
    """Tells headings apart where there are two systems."""
    return f" ({number + 1})" if len(systems) > 1 else ""


def scores(report: Json) -> str:
    """All scores of all systems, with their intervals."""
    systems = report["systems"]
    difference = report["difference"]
    headings = ["score"]
    for number in range(len(systems)):
        headings += [str(number + 1) if difference else "value", "95 % interval"]
    headings += ["perfect"] + (["2 - 1", "95 % interval"] if difference else [])
    rows: list[list[str]] = []
    for section, (title, measures) in TITLES.items():
        rows.append([f"<strong>{escape(title)}</strong>", *[""] * (len(headings) - 1)])
        for measure, name in measures.items():
            row = [escape(name)]
            for system in systems:
                row += _with_interval(system[section][measure])
            row.append(best_possible([system[section][measure] for system in systems]))
            if difference:
                row += _with_interval(difference[section][measure])
            rows.append(row)
    how = (
        f"<p>{escape(report['intervals']['sentence'])} “Perfect” is what the annotations "
        "themselves get; of the calibration, what chance would leave if every probability meant "
        "what it says.</p>"
    )
    return "<h2>Scores</h2>" + table(headings, rows) + how


def _with_interval(measured: Json) -> list[str]:
    return [figure(measured["value"]), interval_or_dash(measured)]


def thresholds_and_alarms(report: Json) -> Iterable[str]:
    """Where each system counts, and what it takes for coughs that are none."""
    systems = report["systems"]
    for number, system in enumerate(systems):
        yield f"<h2>Operating points{which(systems, number)}</h2>{_words(operating_table(system))}"
    for number, system in enumerate(systems):
        alarms = alarm_table(report, system)
        if alarms.rows:
            yield f"<h2>False alarms{which(systems, number)}</h2>{_words(alarms)}"


def _words(words: Words) -> str:
    rows = [[escape(cell) for cell in row] for row in words.rows]
    return table([escape(heading) for heading in words.headings], rows)


def groups(systems: Sequence[Json]) -> Iterable[str]:
    """The breakdowns."""
    for kind, title in BREAKDOWNS.items():
        for number, system in enumerate(systems):
            if not is_worth_telling(system["by"][kind]):
                continue
            rows = [_group(group) for group in system["by"][kind]]
            headings = [title, "coughs", "sensitivity", "95 % interval"]
            if any(len(row) > len(headings) for row in rows):
                headings += ["false alarms", "per hour"]
            yield f"<h2>By {title}{which(systems, number)}</h2>{table(headings, rows)}"


def _group(group: Json) -> list[str]:
    rate = group["false_alarms_per_hour"]
    cells = [
        escape(group["group"]),
        str(group["hits"] + group["misses"]),
        *_with_interval(group["sensitivity"]),
    ]
    if group["false_alarms"] is not None:
        cells += [str(group["false_alarms"]), "" if rate is None else figure(rate["value"])]
    return cells


def recordings(systems: Sequence[Json]) -> Iterable[str]:
    """Each recording's counts, folded away."""
    headings = ["recording", "minutes", "coughs", "found", "missed", "false alarms", "neither way"]
    for number, system in enumerate(systems):
        rows = [
            [
                escape(one["file"]),
                f"{one['duration_s'] / 60:.1f}",
                *(str(one[count]) for count in _COUNTS),
            ]
            for one in system["recordings"]
        ]
        summary = f"<summary>Recordings{which(systems, number)}</summary>"
        yield f"<details>{summary}{table(headings, rows)}</details>"
