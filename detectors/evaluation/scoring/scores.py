"""Every score of one detector on one set of recordings, with what a perfect one would get. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from ..sounds import Heard, Sound, Truth
from . import agreement, calibration
from .cough_seconds import cough_second_tally
from .field import field_tally
from .matching import Interval, match
from .outcome import Outcome, Tally, examine, tally
from .resampling import Measured, Numbers, Resampling, ratios
from .units import Units, count_table, tally_table, unit_rows, units_of_recordings

Section: TypeAlias = dict[str, Measured]


@dataclass(frozen=True, slots=True)
class Draws:
    """Which units are drawn, and the draws: for single sounds and for whole recordings."""

    sounds: Units
    of_sounds: Resampling
    recordings: Units
    of_recordings: Resampling

    @classmethod
    def over(cls, truths: Sequence[Truth], units: Units) -> Draws:
        """Draw sounds by these units; what belongs to a recording goes by recordings."""
        whole = units if units.whole else units_of_recordings(truths)
        return cls(units, Resampling(len(units.names)), whole, Resampling(len(whole.names)))


@dataclass(frozen=True, slots=True)
class Scores:
    """What the report prints first."""

    outcomes: tuple[Outcome, ...]
    sections: Mapping[str, Section]
    """`counting`, `onset_error`, `field`, `cough_seconds`, `hourly`, `calibration`, `gate`."""
    perfect: Mapping[str, Mapping[str, float]]
    """What the references themselves would get as claims, for the sections that have it; of the
    calibration what these probabilities would get if they meant what they say."""
    pieces: tuple[agreement.Piece, ...]
    triggers: Numbers
    """Rows (probability, was a cough) of all judged triggers."""
    by_marks: bool = False
    """Whether these are of what somebody else counted, and of no detector of ours."""


def score(recordings: Sequence[Heard], draws: Draws) -> Scores:
    """Score one detector."""
    truths = [heard.truth for heard in recordings]
    outcomes = tuple(examine(heard) for heard in recordings)
    claims = [heard.counted for heard in recordings]
    references = [truth.coughs for truth in truths]
    pieces = _pieces(truths, claims)
    judged = [calibration.judged_triggers(heard) for heard in recordings]
    triggers = np.concatenate([np.empty((0, 2)), *judged])
    sections = {
        "counting": draws.of_sounds.ratios(count_table(outcomes, draws.sounds)),
        "onset_error": _onset_errors(outcomes, draws),
        "field": _tallied(field_tally, truths, claims, draws),
        "cough_seconds": _tallied(cough_second_tally, truths, claims, draws),
        "hourly": _hourly(pieces, draws),
        "calibration": _calibration(judged, draws),
        "gate": _gate(recordings, draws),
    }
    return Scores(
        outcomes=outcomes,
        sections=sections,
        perfect={
            "counting": _perfect(tally, truths, references, draws),
            "field": _perfect(field_tally, truths, references, draws),
            "cough_seconds": _perfect(cough_second_tally, truths, references, draws),
            "hourly": _values(_hourly(_pieces(truths, references), draws)),
            "calibration": calibration.were_they_true(triggers),
        },
        pieces=tuple(pieces),
        triggers=triggers,
        by_marks=any(heard.by_marks for heard in recordings),
    )


def differences(first: Scores, second: Scores) -> dict[str, Section]:
    """How much larger each score of the second is, on the same draws."""
    return {
        name: {
            measure: second.sections[name][measure].minus(measured)
            for measure, measured in section.items()
        }
        for name, section in first.sections.items()
    }


def _tallied(
    counter: Callable[[Truth, Sequence[Interval]], Tally],
    truths: Sequence[Truth],
    claims: Sequence[Sequence[Interval]],
    draws: Draws,
) -> Section:
    tallies = [counter(truth, some) for truth, some in zip(truths, claims, strict=True)]
    return draws.of_recordings.ratios(tally_table(tallies, draws.recordings))


def _perfect(
    counter: Callable[[Truth, Sequence[Interval]], Tally],
    truths: Sequence[Truth],
    references: Sequence[Sequence[Sound]],
    draws: Draws,
) -> dict[str, float]:
    tallies = [counter(truth, some) for truth, some in zip(truths, references, strict=True)]
    return ratios(tally_table(tallies, draws.recordings))


def _onset_errors(outcomes: Sequence[Outcome], draws: Draws) -> Section:
    rows = [
        (hit.onset_error_s, draws.sounds.of(recording, hit.cough.subject))
        for recording, outcome in enumerate(outcomes)
        for hit in outcome.hits
    ]
    errors_s = np.array([error_s for error_s, _ in rows]).reshape(-1, 1)
    unit_of = np.array([unit for _, unit in rows], dtype=np.intp)

    def of(statistic: Callable[[Numbers], float]) -> Measured:
        return draws.of_sounds.statistic(errors_s, unit_of, statistic)

    return {
        "median_abs_s": of(lambda rows: float(np.median(np.abs(rows)))),
        "p90_abs_s": of(lambda rows: float(np.quantile(np.abs(rows), 0.9))),
        "median_signed_s": of(lambda rows: float(np.median(rows))),
    }


def _pieces(truths: Sequence[Truth], claims: Sequence[Sequence[Interval]]) -> list[agreement.Piece]:
    return [
        piece
        for recording, (truth, some) in enumerate(zip(truths, claims, strict=True))
        for piece in agreement.pieces(recording, truth, some)
    ]


def _hourly(pieces: Sequence[agreement.Piece], draws: Draws) -> Section:
    rates = np.array([(piece.reference_per_hour, piece.claimed_per_hour) for piece in pieces])
    unit_of = unit_rows(draws.recordings, [piece.recording for piece in pieces])
    return {
        name: draws.of_recordings.statistic(rates.reshape(-1, 2), unit_of, statistic)
        for name, statistic in (
            ("concordance", agreement.concordance),
            ("bias_per_hour", agreement.bias),
            ("lower_limit_per_hour", agreement.lower_limit),
            ("upper_limit_per_hour", agreement.upper_limit),
        )
    }


def _calibration(judged: Sequence[Numbers], draws: Draws) -> Section:
    rows = np.concatenate([np.empty((0, 2)), *judged])
    recordings = [number for number, some in enumerate(judged) for _ in some]
    unit_of = unit_rows(draws.recordings, recordings)
    return {
        "brier": draws.of_recordings.statistic(rows, unit_of, calibration.brier),
        "ece": draws.of_recordings.statistic(rows, unit_of, calibration.calibration_error),
    }


def _gate(recordings: Sequence[Heard], draws: Draws) -> Section:
    """What the gate alone let through, the most that any probe can find; NaN without a gate."""
    if any(heard.by_marks for heard in recordings):
        undefined = draws.of_recordings.undefined
        return {"sensitivity": undefined, "triggers_per_hour": undefined}
    tallies = []
    triggers = []
    for heard in recordings:
        matched = match(heard.truth.coughs, heard.claims)
        sure = [
            index is not None
            for index, cough in zip(matched, heard.truth.coughs, strict=True)
            if cough.sure
        ]
        tallies.append(Tally(sum(sure), len(sure) - sum(sure), 0, heard.truth.duration_s))
        triggers.append(Tally(0, 0, len(heard.claims), heard.truth.duration_s))
    units, resampling = draws.recordings, draws.of_recordings
    found = resampling.ratios(tally_table(tallies, units))
    made = resampling.ratios(tally_table(triggers, units))
    return {
        "sensitivity": found["sensitivity"],
        "triggers_per_hour": made["false_alarms_per_hour"],
    }


def _values(section: Section) -> dict[str, float]:
    return {name: measured.value for name, measured in section.items()}


def hours_of(outcomes: Sequence[Outcome]) -> float:
    """All that was heard."""
    return float(sum(outcome.truth.duration_s for outcome in outcomes)) / agreement.HOUR_S
