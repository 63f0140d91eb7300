"""An evaluation for a terminal: the first numbers, and where it goes wrong."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import typer
from rich.console import Console
from rich.table import Table

from ...detectors.evaluation.titles import BREAKDOWNS, TITLES, best_possible, figure, interval

Json = Mapping[str, Any]

_FEWEST_GROUPS = 2
"""One group is the whole, which is printed already."""


def print_report(report: Json) -> None:
    """Print what a person looks at first."""
    totals = report["totals"]
    _say(
        f"{_number_of(totals['recordings'], 'recording')}, {totals['hours']:.2f} hours, "
        f"{_number_of(totals['coughs'], 'cough')} ({totals['unsure_coughs']} more that nobody is "
        f"sure of)"
    )
    for note in report["notes"]:
        _say(f"Note: {note}")
    if report["left_out"]:
        _say(f"Left out or understood otherwise: {len(report['left_out'])}, named above.")
    _print_scores(report)
    for number, system in enumerate(report["systems"], 1):
        if len(report["systems"]) > 1:
            _say(f"\n{number}: {_name(system)}")
        _print_groups(system)
        _print_mistakes(system)


def _say(line: str) -> None:
    """A sentence; into a pipe it is marked, so that what is not marked are columns."""
    typer.echo(line if sys.stdout.isatty() else f"# {line.strip()}")


def _number_of(number: int, what: str) -> str:
    return f"{number} {what}" + "s" * (number != 1)


def _name(system: Json) -> str:
    description = system["description"]
    return f"{description['config'] or 'default configuration'}, {description['probe']}"


def _print_scores(report: Json) -> None:
    systems = report["systems"]
    if len(systems) == 1:
        headings = ["score", f"at {systems[0]['threshold']:g}", "95 % interval", "perfect"]
    else:
        first, second = (f"{n}: at {one['threshold']:g}" for n, one in enumerate(systems, 1))
        headings = ["score", first, second, "2 - 1", "95 % interval", "perfect"]
    rows = []
    for section, (title, measures) in TITLES.items():
        for measure, name in measures.items():
            values = [system[section][measure] for system in systems]
            shown = [figure(value["value"]) for value in values]
            last = values[0]
            if len(systems) > 1:
                last = report["difference"][section][measure]
                shown.append(figure(last["value"]))
            rows.append([f"{title}: {name}", *shown, interval(last), best_possible(values)])
    _print_table(headings, rows)
    _say(report["intervals"]["sentence"])


def _print_groups(system: Json) -> None:
    for kind, title in BREAKDOWNS.items():
        groups = system["by"][kind]
        if len(groups) < _FEWEST_GROUPS:
            continue
        typer.echo()
        _print_table(
            [title, "coughs", "sensitivity", "95 % interval", "false alarms", "per hour"],
            [_group(group) for group in groups],
        )


def _group(group: Json) -> list[str]:
    rate = group["false_alarms_per_hour"]
    return [
        group["group"],
        str(group["hits"] + group["misses"]),
        figure(group["sensitivity"]["value"]),
        interval(group["sensitivity"]),
        "" if group["false_alarms"] is None else str(group["false_alarms"]),
        "" if rate is None else figure(rate["value"]),
    ]


def _print_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    if not sys.stdout.isatty():
        for row in (headings, *rows):
            typer.echo("\t".join(row))
        return
    table = Table(box=None, pad_edge=False)
    for number, heading in enumerate(headings):
        table.add_column(heading, justify="right" if number else "left")
    for row in rows:
        table.add_row(*row)
    Console().print(table)


def _print_mistakes(system: Json) -> None:
    alarms: Sequence[Json] = system["false_alarms"]["by_label"]
    told = ", ".join(f"{alarm['label']} {alarm['count']}" for alarm in alarms)
    _say(f"\nFalse alarms: {told or 'none'}")
    stages = [f"{stage} {count}" for stage, count in system["misses"]["by_stage"].items() if count]
    _say(f"Missed at: {', '.join(stages) or 'nowhere'}")
    best = system["threshold_curve"]["best_f1"]
    if best is not None:
        _say(
            f"Best F1 on these very recordings: {best['f1']:.3f} at a threshold of "
            f"{best['threshold']:g}"
        )
