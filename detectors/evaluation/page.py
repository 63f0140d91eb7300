"""The report as one web page that needs nothing else: no script, no font, no server. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from importlib import resources
from typing import Any

from ..evaluation import charts
from .cases import Case
from .page_cases import cases_section
from .titles import BREAKDOWNS, TITLES, best_possible, figure, interval

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
        _scores(report),
        '<section class="charts">',
        *(
            f"<figure>{svg}<figcaption>{text}</figcaption></figure>"
            for svg, text in _charts(systems)
        ),
        "</section>",
        *_groups(systems),
        _recordings(systems),
        cases_section(cases),
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
    totals = report["totals"]
    return (
        f"<p>{totals['recordings']} recordings, {totals['hours']:.2f} hours, "
        f"{totals['coughs']} coughs that somebody was sure of, {totals['unsure_coughs']} that "
        f"count neither way, {totals['other_sounds']} other sounds.</p>"
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


def _scores(report: Json) -> str:
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
                measured = system[section][measure]
                row += [figure(measured["value"]), interval(measured)]
            row.append(best_possible([system[section][measure] for system in systems]))
            if difference:
                measured = difference[section][measure]
                row += [figure(measured["value"]), interval(measured)]
            rows.append(row)
    how = (
        f"<p>{escape(report['intervals']['sentence'])} “Perfect” is what the annotations "
        "themselves get; of the calibration, what chance would leave if every probability meant "
        "what it says.</p>"
    )
    return "<h2>Scores</h2>" + table(headings, rows) + how


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


def _groups(systems: Sequence[Json]) -> Iterable[str]:
    for kind, title in BREAKDOWNS.items():
        for number, system in enumerate(systems):
            rows = [_group(group) for group in system["by"][kind]]
            if not rows:
                continue
            of = f" ({number + 1})" if len(systems) > 1 else ""
            yield f"<h2>By {title}{of}</h2>"
            headings = [title, "coughs", "sensitivity", "95 % interval"]
            if any(len(row) > len(headings) for row in rows):
                headings += ["false alarms", "per hour"]
            yield table(headings, rows)


def _group(group: Json) -> list[str]:
    rate = group["false_alarms_per_hour"]
    cells = [
        escape(group["group"]),
        str(group["hits"] + group["misses"]),
        figure(group["sensitivity"]["value"]),
        interval(group["sensitivity"]),
    ]
    if group["false_alarms"] is not None:
        cells += [str(group["false_alarms"]), "" if rate is None else figure(rate["value"])]
    return cells


def _recordings(systems: Sequence[Json]) -> str:
    headings = ["recording", "minutes", "coughs", "found", "missed", "false alarms", "neither way"]
    rows = [
        [
            escape(one["file"]),
            f"{one['duration_s'] / 60:.1f}",
            str(one["coughs"]),
            str(one["hits"]),
            str(one["misses"]),
            str(one["false_alarms"]),
            str(one["undecided"]),
        ]
        for one in systems[0]["recordings"]
    ]
    return f"<details><summary>Recordings</summary>{table(headings, rows)}</details>"


def _left_out(report: Json) -> str:
    if not report["left_out"]:
        return ""
    lines = []
    for one in report["left_out"]:
        where = one["path"] if one["line"] is None else f"{one['path']}:{one['line']}"
        lines.append(f"<li><code>{escape(where)}</code> {escape(one['sentence'])}</li>")
    return f"<h2>Left out or understood otherwise</h2><ul>{''.join(lines)}</ul>"


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are HTML already."""
    head = "".join(f"<th>{heading}</th>" for heading in headings)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
