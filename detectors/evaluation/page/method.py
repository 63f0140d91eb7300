"""How the numbers of a page came about, so that they can be had again. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from ...drawing.document import table
from ..report.tables import are_marks, in_use

Json = Mapping[str, Any]

_WORDS = (
    "The gate hears all sound and makes a trigger wherever a cough may begin; the probe judges two "
    "seconds round it and gives P(cough), and from the threshold on the trigger counts as a cough. "
    "Sensitivity: the share of annotated coughs that were counted. PPV: the share of what was "
    "counted that is an annotated cough. F1: their harmonic mean. What lies only on sounds of "
    "which nobody is sure counts neither way. Cough-seconds: seconds in which a cough begins. ECE: "
    "how far P(cough) is from the share of coughs, on average; Brier score: its mean squared "
    "error; 0 is best of both."
)


def method(report: Json) -> str:
    """Rules, draws, versions and models."""
    made = report["made"]
    command = shlex.join(["coughd", *made["arguments"]])
    return (
        f"<h2>Method</h2><p>{escape(_WORDS)}{_of_marks(report['systems'])}</p>"
        f"<p>{escape(_rules(report['rules']))} {escape(_draws(report))}</p>"
        f"<p>Made {escape(made['utc'])} by coughd {escape(report['coughd'])}: "
        f"<code>{escape(command)}</code></p>{_systems(report['systems'])}"
    )


def _of_marks(systems: Sequence[Json]) -> str:
    return "".join(
        f" {number}: counted by somebody else, and scored {in_use(system)}."
        for number, system in enumerate(systems, 1)
        if are_marks(system)
    )


def _rules(rules: Json) -> str:
    field = rules["field"]
    gap_s = field["min_duration_between_events_s"]
    merging = f"events merged under {gap_s:g} s" if gap_s else "no merging"
    return (
        "Counting: a counted cough and an annotated one pair one to one where they overlap or lie "
        f"less than {rules['counting_tolerance_s']:g} s apart. Event scoring: {field['library']} "
        f"with a tolerance of {field['tolerance_start_s']:g} s at the start and "
        f"{field['tolerance_end_s']:g} s at the end, minimum overlap {field['min_overlap']:g}, "
        f"longest event {field['max_event_duration_s']:g} s, {merging}, marks without an "
        f"end {field['point_length_s']:g} s long. Calibration: {rules['calibration_bins']} bins of "
        "equal width."
    )


def _draws(report: Json) -> str:
    drawn = report["intervals"]
    return f"{drawn['sentence']} The seed of the draws is {drawn['seed']}."


def _systems(systems: Sequence[Json]) -> str:
    rows = [
        [
            f'<span class="key s{number}"></span>{number + 1}',
            what,
            f"<code>{escape(str(system['description'].get(f'{key}_sha256') or ''))}</code>",
        ]
        for number, system in enumerate(systems)
        if not are_marks(system)
        for what, key in (("configuration", "config"), ("probe", "probe"))
    ]
    return f'<div class="words">{table(["", "", "sha256"], rows)}</div>'
