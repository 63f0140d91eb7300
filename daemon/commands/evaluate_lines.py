"""An evaluation for a terminal: the first numbers, and where it goes wrong."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from ...detectors.evaluation.report.tables import (
    Words,
    alarm_table,
    counts_line,
    interval_or_dash,
    number_of,
    operating_table,
)
from ...detectors.evaluation.report.titles import BREAKDOWNS, TITLES, best_possible, figure
from ..offline.gathering import MOST_COMPLAINTS

Json = Mapping[str, Any]

_FEWEST_GROUPS = 2
"""One group is the whole, which is printed already."""


def print_report(report: Json) -> None:
    """Print what a person looks at first."""
    totals, systems = report["totals"], report["systems"]
    _say(
        f"{number_of(totals['recordings'], 'recording')}, {totals['hours']:.2f} hours, "
        f"{number_of(totals['coughs'], 'cough')} ({totals['unsure_coughs']} more that nobody is "
        f"sure of)"
    )
    for number, system in enumerate(systems, 1):
        _say(counts_line(system) if len(systems) == 1 else f"{number}: {counts_line(system)}")
    for note in report["notes"]:
        _say(f"Note: {note}")
    left_out = len(report["left_out"])
    if left_out:
        named = "" if left_out <= MOST_COMPLAINTS else f"the first {MOST_COMPLAINTS} of them "
        _say(f"Left out or understood otherwise: {left_out}, {named}named above.")
    _print_scores(report)
    for number, system in enumerate(systems, 1):
        if len(systems) > 1:
            _say(f"\n{number}: {_name(system)}")
        _print_words(operating_table(system))
        _print_groups(system)
        _print_mistakes(report, system)


def _say(line: str) -> None:
    """A sentence; into a pipe it is marked, so that what is not marked are columns."""
    typer.echo(line if sys.stdout.isatty() else f"# {line.strip()}")


def _name(system: Json) -> str:
    description = system["description"]
    return f"{description['config'] or 'default configuration'}, {description['probe']}"


def _print_scores(report: Json) -> None:
    systems, difference = report["systems"], report["difference"]
    headings = ["score"]
    for number, system in enumerate(systems, 1):
        at = f"at {system['threshold']:g}"
        headings += [f"{number}: {at}" if difference else at, "95 % interval"]
    headings += (["2 - 1", "95 % interval"] if difference else []) + ["perfect"]
    rows: list[list[str]] = []
    for section, (title, measures) in TITLES.items():
        if sys.stdout.isatty():
            rows.append([title, *[""] * (len(headings) - 1)])
        for measure, name in measures.items():
            values = [system[section][measure] for system in systems]
            shown = [*values, difference[section][measure]] if difference else values
            cells = [
                cell for one in shown for cell in (figure(one["value"]), interval_or_dash(one))
            ]
            named = f"  {name}" if sys.stdout.isatty() else f"{title}: {name}"
            rows.append([named, *cells, best_possible(values)])
    _print_table(headings, rows)
    _say(report["intervals"]["sentence"])


def _print_groups(system: Json) -> None:
    for kind, title in BREAKDOWNS.items():
        groups = system["by"][kind]
        if len(groups) < _FEWEST_GROUPS:
            continue
        typer.echo()
        headings = [title, "coughs", "sensitivity", "95 % interval"]
        if any(group["false_alarms"] is not None for group in groups):
            headings += ["false alarms", "per hour"]
        _print_table(headings, [_group(group)[: len(headings)] for group in groups])


def _group(group: Json) -> list[str]:
    rate = group["false_alarms_per_hour"]
    return [
        group["group"],
        str(group["hits"] + group["misses"]),
        figure(group["sensitivity"]["value"]),
        interval_or_dash(group["sensitivity"]),
        "" if group["false_alarms"] is None else str(group["false_alarms"]),
        "" if rate is None else figure(rate["value"]),
    ]


def _print_mistakes(report: Json, system: Json) -> None:
    _print_words(alarm_table(report, system))
    stages = [f"{stage} {count}" for stage, count in system["misses"]["by_stage"].items() if count]
    _say(f"\nMissed at: {', '.join(stages) or 'nowhere'}")


def _print_words(words: Words) -> None:
    if words.rows:
        typer.echo()
        _print_table(words.headings, words.rows)


def _print_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    if not sys.stdout.isatty():
        for row in (headings, *rows):
            typer.echo("\t".join(row))
        return
    table = Table(box=None, pad_edge=False)
    for number, heading in enumerate(headings):
        table.add_column(heading, justify="right" if number else "left", no_wrap=not number)
    for row in rows:
        table.add_row(*row)
    Console().print(table)
