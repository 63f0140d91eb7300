"""What another detector or a person counted, as claims to be scored. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from ..sounds import Claim
from .inside import is_inside, notice_on
from .pairing import Annotated, Line
from .rows import Notice, Row, number_or_none


def claims_of(
    duration_s: float, annotated: Annotated, threshold: float | None = None
) -> tuple[tuple[Claim, ...], list[Notice]]:
    """The coughs that a recording's tables mark, in order of onset, each as one claim.

    All are counted but those whose probability is known and below the threshold.
    As they are: what begins within 0.2 s of another one, or overlaps it, stays a claim of its own,
    or a detector that counts twice would look better than it is. Who is not sure claims nothing.
    """
    notices: list[Notice] = []
    claims = [
        _claim(line, line.row.onset_s, duration_s, _probability(line, notices))
        for line in _coughs(annotated)
        if line.row.onset_s is not None and is_inside(line, duration_s, notices)
    ]
    if threshold is not None:
        claims = [replace(claim, counted=claim.counts_at(threshold)) for claim in claims]
    return tuple(sorted(claims, key=lambda claim: claim.onset_s)), notices


def _claim(line: Line, onset_s: float, duration_s: float, probability: float | None) -> Claim:
    return Claim(
        onset_s=max(0.0, onset_s),
        offset_s=max(0.0, min(line.row.offset_s, duration_s)),
        counted=True,
        probability=probability,
        gate_score=None,
        scores={},
    )


def _coughs(annotated: Annotated) -> Iterator[Line]:
    return (line for line in annotated.references if line.is_cough and line.row.sure)


def probability_of(row: Row) -> float | None:
    """How sure a detector was, where that is a number from 0 to 1."""
    probability = number_or_none(row.probability)
    return probability if probability is not None and 0.0 <= probability <= 1.0 else None


def _probability(line: Line, notices: list[Notice]) -> float | None:
    probability, written = probability_of(line.row), line.row.probability
    if probability is None and written:
        sentence = f"has the probability '{written}', which is no number from 0 to 1; it has none."
        notices.append(notice_on(line, sentence))
    return probability
