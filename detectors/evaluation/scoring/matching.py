"""Who belongs to whom: references and claims, one to one, as many pairs as there can be. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

TOLERANCE_S = 0.25


class Interval(Protocol):
    """Something with a beginning and an end."""

    @property
    def onset_s(self) -> float:
        """Seconds from the beginning of the recording."""

    @property
    def offset_s(self) -> float:
        """Not before the onset."""


class Reference(Interval, Protocol):
    """An annotated cough."""

    @property
    def sure(self) -> bool:
        """Whether it counts."""


class _Worth(NamedTuple):
    """What a set of pairs is worth; compared from left to right."""

    sure: int
    pairs: int
    nearness_s: float
    """Minus the sum of the onset errors."""


_NOTHING = _Worth(0, 0, 0.0)


def near(reference: Interval, claim: Interval) -> bool:
    """Whether they overlap, or miss each other by less than 0.25 s."""
    return (
        claim.onset_s < reference.offset_s + TOLERANCE_S
        and claim.offset_s > reference.onset_s - TOLERANCE_S
    )


def match(references: Sequence[Reference], claims: Sequence[Interval]) -> list[int | None]:
    """Find for each reference the index of its claim, or None; a claim belongs to one at most.

    Only near ones pair, and pairs do not cross in time. Of all such pairings this is one with the
    most sure references, then the most pairs, then the least onset error; so no order of
    detections and no shift of a neighbour costs a hit.
    """
    pairs: list[int | None] = [None] * len(references)
    for some, others in _clusters(references, claims):
        for reference, claim in _pair(references, claims, some, others):
            pairs[reference] = claim
    return pairs


def _clusters(
    references: Sequence[Reference], claims: Sequence[Interval]
) -> list[tuple[list[int], list[int]]]:
    """Runs of references and claims between which nothing is near; indices by onset."""
    ends = [
        (one.onset_s - TOLERANCE_S, one.offset_s + TOLERANCE_S, 0, index)
        for index, one in enumerate(references)
    ]
    ends += [(one.onset_s, one.offset_s, 1, index) for index, one in enumerate(claims)]
    clusters: list[tuple[list[int], list[int]]] = []
    until_s = float("-inf")
    for start_s, end_s, side, index in sorted(ends):
        if start_s > until_s:
            clusters.append(([], []))
        clusters[-1][side].append(index)
        until_s = max(until_s, end_s)
    return [cluster for cluster in clusters if cluster[0] and cluster[1]]


def _pair(
    references: Sequence[Reference],
    claims: Sequence[Interval],
    some: list[int],
    others: list[int],
) -> list[tuple[int, int]]:
    """Best pairs of one cluster, by dynamic programming over its first i and first j."""
    best = [[_NOTHING] * (len(others) + 1) for _ in range(len(some) + 1)]
    for i, reference_index in enumerate(some, 1):
        reference = references[reference_index]
        for j, claim_index in enumerate(others, 1):
            skipped = max(best[i - 1][j], best[i][j - 1])
            best[i][j] = max(
                skipped, _with_pair(best[i - 1][j - 1], reference, claims[claim_index])
            )
    pairs = []
    i, j = len(some), len(others)
    while i and j:
        if best[i][j] == best[i - 1][j]:
            i -= 1
        elif best[i][j] == best[i][j - 1]:
            j -= 1
        else:
            i, j = i - 1, j - 1
            pairs.append((some[i], others[j]))
    return pairs


def _with_pair(worth: _Worth, reference: Reference, claim: Interval) -> _Worth:
    if not near(reference, claim):
        return _NOTHING
    error_s = abs(claim.onset_s - reference.onset_s)
    return _Worth(worth.sure + reference.sure, worth.pairs + 1, worth.nearness_s - error_s)
