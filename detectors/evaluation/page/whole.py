"""The report as one web page. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from importlib import resources
from typing import Any

from ...drawing.document import figure, table, whole_document
from ..report.tables import counts_line, name_of, number_of
from ..scoring.cases import Case
from . import tables
from .cases import cases_section
from .figures import figures
from .method import method
from .tables import which

Json = Mapping[str, Any]

_STYLE = resources.files(__package__).joinpath("cases.css")
_DISCLAIMER = (
    "coughd counts coughs; it is no diagnosis and no medical device. "
    "A fixed microphone counts the room, not a person."
)


def make_page(report: Json, cases: Sequence[tuple[Case, bytes]]) -> str:
    """Lay out a report; each case comes with the PNG of its sound."""
    systems = report["systems"]
    body = [
        "<h1>How well coughs are counted</h1>",
        _totals(report),
        _notes(report),
        _systems(systems),
        tables.scores(report),
        '<section class="charts">',
        *(figure(svg, text) for svg, text in figures(systems)),
        "</section>",
        *tables.thresholds_and_alarms(report),
        *tables.groups(systems),
        *tables.recordings(systems),
        cases_section(cases, "configuration 1" if len(systems) > 1 else ""),
        method(report),
        _left_out(report),
        f"<footer>{_DISCLAIMER} coughd {escape(report['coughd'])}, {report['schema']}.</footer>",
    ]
    return whole_document("coughd evaluation", body, _STYLE.read_text(encoding="utf-8"))


def _totals(report: Json) -> str:
    totals, systems = report["totals"], report["systems"]
    return (
        f"<p>{number_of(totals['recordings'], 'recording')}, {totals['hours']:.2f} hours, "
        f"{number_of(totals['coughs'], 'cough')} that somebody was sure of, "
        f"{totals['unsure_coughs']} more that nobody is sure of, "
        f"{number_of(totals['other_sounds'], 'other sound')}.</p>"
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
                escape(name_of(system)),
                escape(described.get("gate") or ""),
                escape(described.get("embedder") or ""),
                escape(described.get("probe") or ""),
                "" if system["threshold"] is None else f"{system['threshold']:g}",
            ]
        )
    headings = ["", "configuration", "gate", "embedder", "probe", "threshold"]
    return f'<div class="words">{table(headings, rows)}</div>'


def _left_out(report: Json) -> str:
    if not report["left_out"]:
        return ""
    lines = []
    for one in report["left_out"]:
        where = one["path"] if one["line"] is None else f"{one['path']}:{one['line']}"
        lines.append(f"<li><code>{escape(where)}</code> {escape(one['sentence'])}</li>")
    return f"<h2>Left out or understood otherwise</h2><ul>{''.join(lines)}</ul>"
