"""An evaluation for a terminal: the first numbers, and where it goes wrong."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import typer
from rich.cells import cell_len
from rich.console import Console, JustifyMethod
from rich.table import Table
from rich.text import Text

from ....detectors.evaluation.report.tables import (
    Words,
    alarm_table,
    counts_line,
    in_use,
    interval_or_dash,
    is_worth_telling,
    name_of,
    number_of,
    operating_table,
)
from ....detectors.evaluation.report.titles import BREAKDOWNS, TITLES, best_possible, figure
from ...offline.gathering import MOST_COMPLAINTS
from .fitting import fit

Json = Mapping[str, Any]

_LEVEL = "95 %"
_INTERVAL, _PERFECT = f"{_LEVEL} interval", "perfect"
_DISPENSABLE = (f"{_LEVEL} of 1", f"{_LEVEL} of 2", _PERFECT)
"""What a comparison does without on a narrow terminal, the first one first: what it asks for is the
interval of the difference."""


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
    if sys.stdout.isatty():
        Console().print(Text(line))
    else:
        typer.echo(f"# {line.strip()}")


def _name(system: Json) -> str:
    probe = system["description"]["probe"]
    return name_of(system) + (f", {probe}" if probe else "")


def _print_scores(report: Json) -> None:
    systems, difference = report["systems"], report["difference"]
    headings = ["score"]
    for number, system in enumerate(systems, 1):
        at = in_use(system)
        headings += [f"{number}: {at}", f"{_LEVEL} of {number}"] if difference else [at, _INTERVAL]
    headings += (["2 - 1", f"{_LEVEL} of 2 - 1"] if difference else []) + [_PERFECT]
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
    spared = _print_table(headings, rows, _DISPENSABLE)
    if spared:
        _say(f"No room here for: {', '.join(spared)}; --html and --json have them.")
    _say(report["intervals"]["sentence"])


def _print_groups(system: Json) -> None:
    for kind, title in BREAKDOWNS.items():
        groups = system["by"][kind]
        if not is_worth_telling(groups):
            continue
        typer.echo()
        headings = [title, "coughs", "sensitivity", _INTERVAL]
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


def _print_table(
    headings: Sequence[str], rows: Sequence[Sequence[str]], dispensable: Sequence[str] = ()
) -> list[str]:
    """Gives the headings of what a terminal had no room for."""
    if not sys.stdout.isatty():
        for row in (headings, *rows):
            typer.echo("\t".join(row))
        return []
    console = Console()
    titles = [heading.replace(": ", ":\n") for heading in headings]
    whole = {heading for heading in headings if heading.startswith(_LEVEL)} | {headings[0]}
    widths = {
        heading: max(
            map(cell_len if heading in whole else _least_width, (*title.splitlines(), *cells))
        )
        for heading, title, *cells in zip(headings, titles, *rows, strict=True)
    }
    first = headings[0]
    # Where nothing more can be left out, words are cut, and no number.
    shown = fit(fit(widths, console.width, dispensable), console.width, (), first)
    table = Table(box=None, pad_edge=False)
    for heading, title in zip(headings, titles, strict=True):
        if heading in shown:
            side: JustifyMethod = "left" if heading == first else "right"
            width = shown[heading]
            table.add_column(
                title,
                justify=side,
                no_wrap=heading in whole,
                min_width=width,
                max_width=width if heading == first else None,
            )
    for row in rows:
        named = zip(headings, row, strict=True)
        table.add_row(*(cell for heading, cell in named if heading in shown))
    console.print(table)
    return [heading for heading in headings if heading not in shown]


def _least_width(cell: str) -> int:
    """Words may go into several lines, and numbers may not."""
    has_digits = any(map(str.isdigit, cell))
    return cell_len(cell) if has_digits else max(map(cell_len, cell.split()), default=0)
