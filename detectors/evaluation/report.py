"""An evaluation as one JSON document, `coughd.evaluation/1`; docs/evaluation.md explains its keys.

Keys are only ever added. A number that is not defined is null, and a note says why. Pure.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..evaluation import agreement, breakdown, calibration, curve, field, resampling
from .annotation_rows import Notice
from .matching import TOLERANCE_S
from .outcome import STAGES, FalseAlarm, Miss, Outcome
from .resampling import Measured
from .scores import Draws, Scores, Section, differences, hours_of, score
from .sounds import UNKNOWN, Heard, Truth
from .units import Units

SCHEMA = "coughd.evaluation/1"
QUIET_RATES_PER_HOUR = (1.0, 6.0)
"""False alarms per hour for which the report names a threshold."""
_DIGITS = 6

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class System:
    """One configuration and what it made of the recordings."""

    description: Mapping[str, str | float | None]
    """Where it comes from: configuration, models, threshold."""
    threshold: float
    heard: tuple[Heard, ...]


def make_report(
    systems: Sequence[System], notices: Sequence[Notice], units: Units, version: str
) -> Json:
    """Score one or two systems on the same recordings."""
    truths = [heard.truth for heard in systems[0].heard]
    draws = Draws.over(truths, units)
    scores = [score(system.heard, draws) for system in systems]
    compared = differences(*scores) if len(scores) > 1 else None
    return {
        "schema": SCHEMA,
        "coughd": version,
        "rules": _rules(),
        "totals": _totals(truths),
        "intervals": {
            "level": resampling.LEVEL,
            "method": "percentile bootstrap",
            "draws": resampling.DRAWS,
            "seed": resampling.SEED,
            "over": units.over,
            "units": len(units.names),
            "recordings_over": draws.recordings.over,
            "recordings_units": len(draws.recordings.names),
        },
        "notes": _notes(truths, draws, scores),
        "left_out": [
            {"path": notice.path, "line": notice.line, "sentence": notice.sentence}
            for notice in notices
        ],
        "systems": [
            _system(system, its_scores, draws)
            for system, its_scores in zip(systems, scores, strict=True)
        ],
        "difference": compared and {name: _section(compared[name]) for name in compared},
    }


def _rules() -> Json:
    return {
        "counting_tolerance_s": TOLERANCE_S,
        "field": {"library": "timescoring", **field.PARAMETERS},
        "calibration_bins": calibration.BINS,
    }


def _totals(truths: Sequence[Truth]) -> Json:
    return {
        "recordings": len(truths),
        "hours": _rounded(sum(truth.duration_s for truth in truths) / agreement.HOUR_S),
        "coughs": sum(len(truth.sure) for truth in truths),
        "unsure_coughs": sum(len(truth.coughs) - len(truth.sure) for truth in truths),
        "other_sounds": sum(len(truth.sounds) for truth in truths),
    }


def _notes(truths: Sequence[Truth], draws: Draws, scores: Sequence[Scores]) -> list[str]:
    notes = []
    if not any(truth.sure for truth in truths):
        notes.append(
            "No sure cough is annotated in these recordings: sensitivity, PPV, F1 and onset error "
            "are not defined, and only false alarms per hour say anything."
        )
    if len(draws.recordings.names) < resampling.FEWEST_UNITS:
        notes.append(
            "There is one unit only to draw from, so scores of whole recordings have no intervals."
        )
    longest_s = max(piece.end_s - piece.start_s for piece in scores[0].pieces)
    if longest_s < agreement.HOUR_S / 2:
        notes.append(
            f"No recording lasts half an hour (the longest piece is {longest_s:.0f} s): hourly "
            "rates are scaled up from what there is and vary more than real hours would."
        )
    if any(not len(one.triggers) for one in scores):
        notes.append("No trigger was judged by the probe, so calibration is not defined.")
    return notes


def _system(system: System, scores: Scores, draws: Draws) -> Json:
    outcomes = scores.outcomes
    sections = {
        name: _section(section, scores.perfect.get(name))
        for name, section in scores.sections.items()
    }
    return {
        "description": dict(system.description),
        "threshold": system.threshold,
        "counting": {**_counts(outcomes), **sections["counting"]},
        "onset_error": sections["onset_error"],
        "field": sections["field"],
        "cough_seconds": sections["cough_seconds"],
        "hourly": {**sections["hourly"], "pieces": _pieces(scores)},
        "gate": sections["gate"],
        "by": {
            "snr": _groups(breakdown.by_snr(outcomes, draws.sounds, draws.of_sounds)),
            "source": _groups(breakdown.by_source(outcomes, draws.sounds, draws.of_sounds)),
            "background": _groups(breakdown.by_background(outcomes, draws.sounds, draws.of_sounds)),
        },
        "false_alarms": _false_alarms(outcomes),
        "misses": _misses(outcomes),
        "calibration": {
            **sections["calibration"],
            "triggers": len(scores.triggers),
            "bins": _bins(scores) if len(scores.triggers) else [],
        },
        "threshold_curve": _curve(system),
        "recordings": [_recording(outcome) for outcome in outcomes],
    }


def _counts(outcomes: Sequence[Outcome]) -> Json:
    return {
        "hits": sum(len(outcome.hits) for outcome in outcomes),
        "misses": sum(len(outcome.misses) for outcome in outcomes),
        "false_alarms": sum(len(outcome.false_alarms) for outcome in outcomes),
        "undecided": sum(len(outcome.undecided) for outcome in outcomes),
    }


def _section(section: Section, perfect: Mapping[str, float] | None = None) -> Json:
    return {
        name: _measured(measured) | ({"perfect": _rounded(perfect[name])} if perfect else {})
        for name, measured in section.items()
    }


def _measured(measured: Measured) -> Json:
    low, high = measured.interval or (math.nan, math.nan)
    return {"value": _rounded(measured.value), "low": _rounded(low), "high": _rounded(high)}


def _rounded(number: float | None) -> float | None:
    return None if number is None or not math.isfinite(number) else round(number, _DIGITS)


def _pieces(scores: Scores) -> list[Json]:
    return [
        {
            "file": scores.outcomes[piece.recording].truth.name,
            "start_s": _rounded(piece.start_s),
            "end_s": _rounded(piece.end_s),
            "reference_per_hour": _rounded(piece.reference_per_hour),
            "claimed_per_hour": _rounded(piece.claimed_per_hour),
        }
        for piece in scores.pieces
    ]


def _groups(groups: Sequence[breakdown.Group]) -> list[Json]:
    return [
        {
            "group": group.name,
            "hits": group.hits,
            "misses": group.misses,
            "sensitivity": _measured(group.sensitivity),
            "false_alarms": group.false_alarms,
            "hours": _rounded(group.hours),
            "false_alarms_per_hour": group.false_alarms_per_hour
            and _measured(group.false_alarms_per_hour),
        }
        for group in groups
    ]


def _false_alarms(outcomes: Sequence[Outcome]) -> Json:
    alarms = [(outcome, alarm) for outcome in outcomes for alarm in outcome.false_alarms]
    hours = hours_of(outcomes)
    by_label: dict[str, dict[str, int]] = {}
    for _, alarm in alarms:
        seen_as = by_label.setdefault(alarm.label, {})
        other = alarm.claim.likeliest_other
        seen_as[other] = seen_as.get(other, 0) + 1
    return {
        "by_label": [
            {
                "label": label,
                "count": sum(seen_as.values()),
                "per_hour": _rounded(sum(seen_as.values()) / hours) if hours else None,
                "annotated": sum(
                    sound.label == label
                    for outcome in outcomes
                    for sound in (*outcome.truth.sounds, *outcome.truth.coughs)
                ),
                "likeliest_other": dict(sorted(seen_as.items(), key=lambda item: -item[1])),
            }
            for label, seen_as in sorted(by_label.items(), key=lambda item: -sum(item[1].values()))
        ],
        "list": [_alarm(outcome.truth, alarm) for outcome, alarm in alarms],
    }


def _alarm(truth: Truth, alarm: FalseAlarm) -> Json:
    claim = alarm.claim
    return {
        "file": truth.name,
        "onset_s": _rounded(claim.onset_s),
        "offset_s": _rounded(claim.offset_s),
        "probability": _rounded(claim.probability),
        "gate_score": _rounded(claim.gate_score),
        "label": alarm.label,
        "likeliest_other": claim.likeliest_other,
        "source": alarm.sound.source if alarm.sound else UNKNOWN,
        "background": truth.background(claim.onset_s),
    }


def _misses(outcomes: Sequence[Outcome]) -> Json:
    misses = [(outcome.truth, miss) for outcome in outcomes for miss in outcome.misses]
    stages = [miss.stage for _, miss in misses]
    return {
        "by_stage": {stage: stages.count(stage) for stage in STAGES},
        "list": [_miss(truth, miss) for truth, miss in misses],
    }


def _miss(truth: Truth, miss: Miss) -> Json:
    refused = miss.refused
    return {
        "file": truth.name,
        "onset_s": _rounded(miss.cough.onset_s),
        "offset_s": _rounded(miss.cough.offset_s),
        "snr_db": _rounded(miss.cough.snr_db),
        "source": miss.cough.source,
        "background": truth.background(miss.cough.onset_s),
        "stage": miss.stage,
        "probability": refused and _rounded(refused.probability),
        "gate_score": refused and _rounded(refused.gate_score),
        "refused_as": refused and refused.likeliest_other,
    }


def _bins(scores: Scores) -> list[Json]:
    return [
        {
            "low": one.low,
            "high": one.high,
            "triggers": one.triggers,
            "mean_probability": _rounded(one.mean_probability),
            "cough_share": _rounded(one.cough_share),
        }
        for one in calibration.reliability(scores.triggers)
    ]


def _curve(system: System) -> Json:
    truths = [heard.truth for heard in system.heard]
    name = breakdown.snr_groups([cough for truth in truths for cough in truth.coughs])
    groups = [[name(cough) for cough in truth.coughs] for truth in truths]
    coughs: dict[str, int] = {}
    for truth in truths:
        for cough in truth.sure:
            coughs[name(cough)] = coughs.get(name(cough), 0) + 1
    points = curve.threshold_curve(system.heard, groups, system.threshold)
    return {
        "points": [_point(point, coughs) for point in points],
        "best_f1": _optional_point(curve.best_f1(points), coughs),
        "at_most_false_alarms_per_hour": [
            {"limit": rate, "point": _optional_point(curve.quiet_enough(points, rate), coughs)}
            for rate in QUIET_RATES_PER_HOUR
        ],
    }


def _optional_point(point: curve.CurvePoint | None, coughs: Mapping[str, int]) -> Json | None:
    return None if point is None else _point(point, coughs)


def _point(point: curve.CurvePoint, coughs: Mapping[str, int]) -> Json:
    return {
        "threshold": point.threshold,
        **{name: _rounded(value) for name, value in point.scores.items()},
        "sensitivity_by_snr": {
            group: _rounded(point.hits_by_group.get(group, 0) / number)
            for group, number in coughs.items()
        },
    }


def _recording(outcome: Outcome) -> Json:
    truth = outcome.truth
    return {
        "file": truth.name,
        "duration_s": _rounded(truth.duration_s),
        "subject": truth.subject,
        "coughs": len(truth.sure),
        "unsure_coughs": len(truth.coughs) - len(truth.sure),
        "other_sounds": len(truth.sounds),
        "hits": len(outcome.hits),
        "misses": len(outcome.misses),
        "false_alarms": len(outcome.false_alarms),
        "undecided": len(outcome.undecided),
    }
