"""Sentences on what an evaluation could not score, or only with care. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..scoring import agreement, field
from ..scoring.bounds import rate_bound, share_bound
from ..scoring.breakdown import Group
from ..scoring.scores import Draws, Scores, hours_of
from ..sounds import Truth
from .intervals import FEW_UNITS, few_units, kind_of

_MOST_NAMES = 3
_LITTLE = 0.01
"""So small a share of silence changes no rate that anybody reads."""


def notes(
    truths: Sequence[Truth],
    draws: Draws,
    scores: Sequence[Scores],
    groups: Sequence[Group],
    learnt_from: Sequence[Sequence[str]],
) -> list[str]:
    """All that a reader of the numbers must know; `learnt_from` names recordings by system."""
    return [
        *_without_coughs(truths),
        *_points(truths),
        *few_units(draws),
        *_rates(scores[0]),
        *_repeated(scores[0], draws),
        *_degenerate(scores, groups),
        *_calibration([one for one in scores if not one.by_marks]),
        *_flattered(learnt_from),
    ]


def silence(truths: Sequence[Truth], silent_s: float) -> Iterator[str]:
    """Rates are per hour of recording, and no false alarm comes where nothing sounds."""
    duration_s = sum(truth.duration_s for truth in truths)
    if silent_s <= _LITTLE * duration_s:
        return
    hours = f"{silent_s / agreement.HOUR_S:.2f} of {duration_s / agreement.HOUR_S:.2f} hours"
    sounding_s = duration_s - silent_s
    more = (
        f": per hour of sound every rate is {duration_s / sounding_s:.2f} times as high"
        if sounding_s > 0.0
        else ""
    )
    yield f"{hours} are digital silence, in which there is nothing to hear{more}."


def _without_coughs(truths: Sequence[Truth]) -> Iterator[str]:
    if not any(truth.sure for truth in truths):
        yield (
            "No sure cough is annotated in these recordings: sensitivity, PPV, F1 and onset error "
            "are not defined, and only false alarms per hour say anything."
        )


def _points(truths: Sequence[Truth]) -> Iterator[str]:
    coughs = [cough for truth in truths for cough in truth.coughs]
    points = sum(cough.offset_s <= cough.onset_s for cough in coughs)
    if points:
        yield (
            f"{points} of {len(coughs)} coughs are marked without an end: the field's event "
            f"scoring takes such a one as {field.POINT_LENGTH_S:g} s long, or shorter where the "
            "next one begins."
        )


def _rates(scores: Scores) -> Iterator[str]:
    pieces = scores.pieces
    if len(pieces) == 1:
        yield (
            "There is one piece only to compare hourly rates by: Lin's concordance and the limits "
            "of agreement are not defined."
        )
    elif len({piece.reference_per_hour for piece in pieces}) == 1:
        yield (
            "The annotated rate is the same in all pieces: Lin's concordance is not defined, "
            "because there is nothing that counting could follow."
        )
    longest_s = max(piece.end_s - piece.start_s for piece in pieces)
    if longest_s < agreement.HOUR_S / 2:
        yield (
            f"No recording lasts half an hour (the longest piece is {longest_s:.0f} s): hourly "
            "rates are scaled up from what there is and vary more than real hours would."
        )


def _repeated(scores: Scores, draws: Draws) -> Iterator[str]:
    """Hours of one night differ less than nights do."""
    pieces, units = len(scores.pieces), len(draws.recordings.names)
    if units < min(pieces, FEW_UNITS):
        yield (
            f"The limits of agreement are of {pieces} pieces of {kind_of(draws.recordings)}, taken "
            "as if each stood for itself: of others fewer than 95 % of the hours lie between them."
        )


def _degenerate(scores: Sequence[Scores], groups: Sequence[Group]) -> Iterator[str]:
    clauses = [_bounds(one) for one in scores]
    shown = [
        measured for one in scores for some in one.sections.values() for measured in some.values()
    ]
    shown += [group.sensitivity for group in groups]
    agreed = any(measured.is_the_same_on_all_draws for measured in shown)
    sentence = (
        "Where all draws give the same there is no interval, which does not mean that the score is "
        "certain."
        if agreed
        else ""
    )
    if len(clauses) > 1:
        clauses = [
            f"{which}: {some}"
            for which, some in zip(("the first", "the second"), clauses, strict=True)
            if some
        ]
    told = "; ".join(some for some in clauses if some)
    if told:
        sentence += (
            " One-sided 95 % bounds of counts of none or of all, as if every cough and every alarm "
            f"stood for itself: {told}."
        )
    if sentence:
        yield sentence.strip()


def _bounds(scores: Scores) -> str:
    hits = sum(len(outcome.hits) for outcome in scores.outcomes)
    misses = sum(len(outcome.misses) for outcome in scores.outcomes)
    alarms = sum(len(outcome.false_alarms) for outcome in scores.outcomes)
    clauses = share_bound("sensitivity", hits, hits + misses)
    if hits + misses:
        clauses += share_bound("PPV", hits, hits + alarms)
    clauses += rate_bound("false alarms", alarms, hours_of(scores.outcomes))
    return ", ".join(clauses)


def _calibration(scores: Sequence[Scores]) -> Iterator[str]:
    if any(not len(one.triggers) for one in scores):
        yield "No trigger was judged by the probe, so calibration is not defined."


def _flattered(learnt_from: Sequence[Sequence[str]]) -> Iterator[str]:
    whose = ["These"] if len(learnt_from) == 1 else ["The first", "The second"]
    by_names: dict[tuple[str, ...], list[str]] = {}
    for which, names in zip(whose, learnt_from, strict=True):
        by_names.setdefault(tuple(names), []).append(which)
    for names, some in by_names.items():
        if names:
            which = some[0] if len(some) == 1 else "Both configurations'"
            more = len(names) - _MOST_NAMES
            told = ", ".join(names[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")
            yield (
                f"{which} models have learnt from {told}: scores on that sound flatter, and say "
                "nothing about other rooms and people (docs/training.md)."
            )
