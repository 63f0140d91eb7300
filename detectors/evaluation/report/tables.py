"""What terminal and page both show of a report: its counts in a line, and tables. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..scoring.outcome import BESIDE_A_COUGH, NOTHING_MARKED
from ..sounds import UNKNOWN
from .titles import figure, interval

Json = Mapping[str, Any]

_NO_INTERVAL = "-"
_RATIOS = ("sensitivity", "ppv", "f1", "false_alarms_per_hour")


@dataclass(frozen=True, slots=True)
class Words:
    """A table of words; the first column says what a row is about."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def number_of(number: int, what: str) -> str:
    """`1 cough`, `2 coughs`."""
    return f"{number} {what}{'s' * (number != 1)}"


def is_worth_telling(groups: Sequence[Json]) -> bool:
    """One group is the whole, which is told already."""
    return len(groups) > 1


def counts_line(system: Json) -> str:
    """What was counted, in one sentence."""
    counting = system["counting"]
    hits, misses = counting["hits"], counting["misses"]
    coughs = f"{hits} of {number_of(hits + misses, 'cough')} found, {misses} missed"
    return (
        f"{coughs if hits + misses else 'No cough to be found'}, "
        f"{number_of(counting['false_alarms'], 'false alarm')}, "
        f"{number_of(counting['undecided'], 'claim')} neither way."
    )


def interval_or_dash(measured: Json) -> str:
    """`low to high`; a dash where a score has none; nothing where there is no score."""
    return interval(measured) or (_NO_INTERVAL if measured["value"] is not None else "")


def alarm_table(report: Json, system: Json) -> Words:
    """False alarms by what they lie on, the most frequent first, then sounds that caused none."""
    alarms: Sequence[Json] = system["false_alarms"]["by_label"]
    rows = [
        (
            _plain(alarm["label"]),
            str(alarm["count"]),
            figure(alarm["per_hour"]),
            "" if alarm["label"] in {BESIDE_A_COUGH, NOTHING_MARKED} else str(alarm["annotated"]),
            _likeliest(alarm["likeliest_other"]),
        )
        for alarm in alarms
    ]
    told = {alarm["label"] for alarm in alarms}
    rows += [
        (_plain(label), "0", figure(0.0), str(annotated), "")
        for label, annotated in report["totals"]["other_sounds_by_label"].items()
        if label not in {*told, UNKNOWN}
    ]
    return Words(
        ("false alarms on", "counted", "per hour", "such sounds", "likeliest other label"),
        tuple(rows),
    )


def _plain(label: str) -> str:
    return label.replace("_", " ")


def _likeliest(others: Mapping[str, int]) -> str:
    """The label that most of them would have had; the report has the others."""
    if set(others) == {UNKNOWN}:
        return ""
    label, count = max(others.items(), key=lambda item: item[1])
    return f"{_plain(label)} ({count})"


def are_marks(system: Json) -> bool:
    """Whether somebody else counted."""
    return bool(system["description"].get("marks"))


def in_use(system: Json) -> str:
    """At which threshold it counts."""
    threshold = system["threshold"]
    return "as marked" if threshold is None else f"at {threshold:g}"


def name_of(system: Json) -> str:
    """What a system is called: its configuration, or where its marks stand."""
    described = system["description"]
    if are_marks(system):
        return f"marks of {described['marks']}"
    return described.get("config") or "default configuration"


def operating_table(system: Json) -> Words:
    """What the threshold in use gives, and what others would."""
    curve = system["threshold_curve"]
    if system["threshold"] is None:
        here = {name: system["counting"][name]["value"] for name in _RATIOS}
        rows = [("as marked", "", *(figure(here[name]) for name in _RATIOS))]
    else:
        used = [point for point in curve["points"] if point["threshold"] == system["threshold"]]
        rows = [_operating_point("in use", used[0] if used else None)]
    if curve["points"]:
        rows.append(_operating_point("best F1 on these recordings", curve["best_f1"]))
        rows += [
            _operating_point(f"at most {quiet['limit']:g} per hour", quiet["point"])
            for quiet in curve["at_most_false_alarms_per_hour"]
        ]
    return Words(
        ("operating point", "threshold", "sensitivity", "PPV", "F1", "false alarms per hour"),
        tuple(rows),
    )


def _operating_point(name: str, point: Json | None) -> tuple[str, ...]:
    if point is None:
        return (name, "none", *[""] * len(_RATIOS))
    return (name, f"{point['threshold']:g}", *(figure(point[one]) for one in _RATIOS))
