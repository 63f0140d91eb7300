"""The report as one web page that needs nothing else: no script, no font, no server. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from importlib import resources
from typing import Any

from ..report.tables import counts_line
from ..scoring.cases import Case
from . import charts, tables
from .cases import cases_section
from .method import method
from .tables import table, which

Json = Mapping[str, Any]

_DISCLAIMER = (
    "coughd counts coughs; it is no diagnosis and no medical device. "
    "A fixed microphone counts the room, not a person."
)


def make_page(report: Json, cases: Sequence[tuple[Case, bytes]]) -> str:
    """Lay out a report; each case comes with the PNG of its sound."""
    systems = report["systems"]
    style = resources.files(__package__).joinpath("page.css").read_text(encoding="utf-8")
    body = [
        "<h1>How well coughs are counted</h1>",
        _totals(report),
        _notes(report),
        _systems(systems),
        tables.scores(report),
        '<section class="charts">',
        *(
            f"<figure>{svg}<figcaption>{text}</figcaption></figure>"
            for svg, text in _charts(systems)
        ),
        "</section>",
        *tables.thresholds_and_alarms(report),
        *tables.groups(systems),
        *tables.recordings(systems),
        cases_section(cases, "configuration 1" if len(systems) > 1 else ""),
        method(report),
        _left_out(report),
        f"<footer>{_DISCLAIMER} coughd {escape(report['coughd'])}, {report['schema']}.</footer>",
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>coughd evaluation</title><style>{style}</style></head>"
        f"<body>{''.join(body)}</body></html>\n"
    )


def _totals(report: Json) -> str:
    totals, systems = report["totals"], report["systems"]
    return (
        f"<p>{totals['recordings']} recordings, {totals['hours']:.2f} hours, "
        f"{totals['coughs']} coughs that somebody was sure of, {totals['unsure_coughs']} that "
        f"count neither way, {totals['other_sounds']} other sounds.</p>"
        + "".join(
            f"<p><strong>{counts_line(system)}</strong>{which(systems, number)}</p>"
            for number, system in enumerate(systems)
        )
    )


def _notes(report: Json) -> str:
    notes = [*report["notes"]]
    if report["left_out"]:
        notes.append(
            f"{len(report['left_out'])} things were left out or understood otherwise; they are "
            "listed at the end."
        )
    return "".join(f'<p class="note">{escape(note)}</p>' for note in notes)


def _systems(systems: Sequence[Json]) -> str:
    rows = []
    for number, system in enumerate(systems):
        described = system["description"]
        rows.append(
            [
                f'<span class="key s{number}"></span>{number + 1}',
                escape(described.get("config") or "default configuration"),
                escape(described.get("gate") or ""),
                escape(described.get("embedder") or ""),
                escape(described.get("probe") or ""),
                f"{system['threshold']:g}",
            ]
        )
    headings = ["", "configuration", "gate", "embedder", "probe", "threshold"]
    return f'<div class="words">{table(headings, rows)}</div>'


def _charts(systems: Sequence[Json]) -> Iterable[tuple[str, str]]:
    yield charts.sensitivity_by_snr(systems), "Sensitivity by signal-to-noise ratio."
    yield (
        charts.scores_by_threshold(systems),
        "F1 (full), sensitivity (dashed) and PPV (dotted); upright: the threshold in use.",
    )
    yield (
        charts.sensitivity_by_false_alarms(systems),
        "What sensitivity costs in false alarms; the dot is the threshold in use.",
    )
    yield (
        charts.reliability(systems),
        "Does a probability mean what it says? Upright: where 95 % of the shares were if so.",
    )
    yield charts.bland_altman(systems), "Agreement of hourly rates (Bland and Altman)."
    yield (
        charts.counts(
            "False alarms",
            [
                {row["label"]: row["count"] for row in system["false_alarms"]["by_label"]}
                for system in systems
            ],
        ),
        "What the false alarms were, by the annotation there.",
    )
    yield (
        charts.counts("Misses", [system["misses"]["by_stage"] for system in systems]),
        "Where missed coughs were lost.",
    )


def _left_out(report: Json) -> str:
    if not report["left_out"]:
        return ""
    lines = []
    for one in report["left_out"]:
        where = one["path"] if one["line"] is None else f"{one['path']}:{one['line']}"
        lines.append(f"<li><code>{escape(where)}</code> {escape(one['sentence'])}</li>")
    return f"<h2>Left out or understood otherwise</h2><ul>{''.join(lines)}</ul>"
