"""An evaluation as one JSON document, `coughd.evaluation/1`; docs/evaluation.md explains its keys.

Keys are only ever added. A number that is not defined is null, and a note says why. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from ..annotations.rows import Notice
from ..scoring import breakdown, calibration, field
from ..scoring.matching import TOLERANCE_S
from ..scoring.outcome import STAGES, STAGES_OF_MARKS
from ..scoring.scores import Draws, Scores, Section, differences, score
from ..scoring.units import Units
from ..sounds import Heard
from .curve import curve_points, reliability_bins
from .errors import false_alarms, misses
from .intervals import intervals
from .notes import notes, silence
from .numbers import Json, measured, rounded
from .totals import counts, recording, totals

SCHEMA = "coughd.evaluation/1"


@dataclass(frozen=True, slots=True)
class System:
    """One configuration and what it made of the recordings; or what somebody else counted."""

    description: Mapping[str, str | float | None]
    """Where it comes from: configuration and models, or `marks`."""
    threshold: float | None
    """None where all claims count, whatever their probability."""
    heard: tuple[Heard, ...]
    learnt_from: tuple[str, ...] = ()
    """Which of the recordings its models have learnt from."""


@dataclass(frozen=True, slots=True)
class Made:
    """When and how a report came about."""

    coughd: str
    """Version."""
    utc: datetime
    arguments: tuple[str, ...]
    """The command line, without the program."""


def make_report(
    systems: Sequence[System], notices: Sequence[Notice], units: Units, made: Made
) -> Json:
    """Score one or two systems on the same recordings."""
    truths = [heard.truth for heard in systems[0].heard]
    silent_s = sum(heard.silent_s for heard in systems[0].heard)
    draws = Draws.over(truths, units)
    scores = [score(system.heard, draws) for system in systems]
    by = [breakdown.by_all(one.outcomes, draws.sounds, draws.of_sounds) for one in scores]
    groups = [group for ways in by for some in ways.values() for group in some]
    compared = differences(*scores) if len(scores) > 1 else None
    return {
        "schema": SCHEMA,
        "coughd": made.coughd,
        "made": {
            "utc": made.utc.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "arguments": [*made.arguments],
        },
        "rules": _rules(),
        "totals": totals(truths, silent_s),
        "intervals": intervals(draws),
        "notes": [
            *silence(truths, silent_s),
            *notes(truths, draws, scores, groups, [one.learnt_from for one in systems]),
        ],
        "left_out": [
            {"path": notice.path, "line": notice.line, "sentence": notice.sentence}
            for notice in notices
        ],
        "systems": [
            {"learnt_from": [*system.learnt_from], **_system(system, its_scores, its_groups)}
            for system, its_scores, its_groups in zip(systems, scores, by, strict=True)
        ],
        "difference": compared and {name: _section(compared[name]) for name in compared},
    }


def _rules() -> Json:
    return {
        "counting_tolerance_s": TOLERANCE_S,
        "field": {
            "library": "timescoring",
            **field.PARAMETERS,
            "point_length_s": field.POINT_LENGTH_S,
        },
        "calibration_bins": calibration.BINS,
    }


def _system(system: System, scores: Scores, by: Mapping[str, Sequence[breakdown.Group]]) -> Json:
    outcomes = scores.outcomes
    sections = {
        name: _section(section, scores.perfect.get(name))
        for name, section in scores.sections.items()
    }
    return {
        "description": dict(system.description),
        "threshold": system.threshold,
        "counting": {**counts(outcomes), **sections["counting"]},
        "onset_error": sections["onset_error"],
        "field": sections["field"],
        "cough_seconds": sections["cough_seconds"],
        "hourly": {**sections["hourly"], "pieces": _pieces(scores)},
        "gate": sections["gate"],
        "by": {way: _groups(some) for way, some in by.items()},
        "false_alarms": false_alarms(outcomes),
        "misses": misses(outcomes, STAGES_OF_MARKS if scores.by_marks else STAGES),
        "calibration": {
            **sections["calibration"],
            "triggers": len(scores.triggers),
            "bins": reliability_bins(scores.triggers) if len(scores.triggers) else [],
        },
        "threshold_curve": curve_points(system.heard, system.threshold),
        "recordings": [recording(outcome) for outcome in outcomes],
    }


def _section(section: Section, perfect: Mapping[str, float] | None = None) -> Json:
    return {
        name: measured(one) | ({"perfect": rounded(perfect[name])} if perfect else {})
        for name, one in section.items()
    }


def _pieces(scores: Scores) -> list[Json]:
    return [
        {
            "file": scores.outcomes[piece.recording].truth.name,
            "start_s": rounded(piece.start_s),
            "end_s": rounded(piece.end_s),
            "reference_per_hour": rounded(piece.reference_per_hour),
            "claimed_per_hour": rounded(piece.claimed_per_hour),
        }
        for piece in scores.pieces
    ]


def _groups(groups: Sequence[breakdown.Group]) -> list[Json]:
    return [
        {
            "group": group.name,
            "hits": group.hits,
            "misses": group.misses,
            "sensitivity": measured(group.sensitivity),
            "false_alarms": group.false_alarms,
            "hours": rounded(group.hours),
            "false_alarms_per_hour": group.false_alarms_per_hour
            and measured(group.false_alarms_per_hour),
        }
        for group in groups
    ]
