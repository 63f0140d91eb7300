"""One to one, and never fewer pairs than there can be."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from coughd.detectors.evaluation.scoring.matching import match, near


@dataclass(frozen=True)
class Span:
    onset_s: float
    offset_s: float
    sure: bool = True


def most_pairs(references: list[Span], claims: list[Span]) -> int:
    """The size of the largest matching, by trying everything."""
    if not references:
        return 0
    first, *rest = references
    best = most_pairs(rest, claims)
    for index, claim in enumerate(claims):
        if near(first, claim):
            best = max(best, 1 + most_pairs(rest, claims[:index] + claims[index + 1 :]))
    return best


@st.composite
def spans(draw: st.DrawFn) -> list[Span]:
    """Up to five that do not lie inside each other, in no order."""
    made = []
    at = 0.0
    for _ in range(draw(st.integers(0, 5))):
        at += draw(st.integers(20, 90)) / 100
        length = draw(st.integers(0, 19)) / 100
        made.append(Span(at, at + length, draw(st.booleans())))
    return draw(st.permutations(made))


def test_one_claim_finds_one_cough_of_two() -> None:
    assert match([Span(1.0, 1.3), Span(1.35, 1.6)], [Span(1.3, 1.4)]) == [None, 0]


def test_a_claim_goes_to_the_only_cough_it_can_have() -> None:
    # Nearest first would give the second claim to the first cough and lose the second one.
    assert match([Span(1.0, 1.2), Span(1.6, 1.8)], [Span(0.7, 0.8), Span(1.35, 1.4)]) == [0, 1]


def test_a_sure_cough_comes_before_an_unsure_one() -> None:
    coughs = [Span(1.0, 1.2, sure=False), Span(1.3, 1.5)]
    assert match(coughs, [Span(1.0, 1.2)]) == [None, 0]


def test_the_nearer_of_two_claims_is_taken() -> None:
    assert match([Span(1.0, 1.5)], [Span(0.8, 0.95), Span(1.02, 1.4)]) == [1]


def test_a_quarter_of_a_second_is_the_limit() -> None:
    cough = [Span(1.0, 1.25)]
    assert match(cough, [Span(1.4990, 1.6)]) == [0]
    assert match(cough, [Span(1.5001, 1.6)]) == [None]
    assert match(cough, [Span(0.5, 0.7501)]) == [0]
    assert match(cough, [Span(0.5, 0.7499)]) == [None]


def test_points_match_too() -> None:
    assert match([Span(1.0, 1.0)], [Span(1.1, 1.1)]) == [0]


def test_nothing_is_found_in_nothing() -> None:
    assert match([], [Span(1.0, 1.1)]) == []
    assert match([Span(1.0, 1.1)], []) == [None]


@given(spans(), spans())
def test_no_matching_is_larger(references: list[Span], claims: list[Span]) -> None:
    found = match(references, claims)

    taken = [claim for claim in found if claim is not None]
    assert len(set(taken)) == len(taken)
    assert all(
        near(references[i], claims[claim]) for i, claim in enumerate(found) if claim is not None
    )
    assert len(taken) == most_pairs(references, claims)
    sure = [reference for reference in references if reference.sure]
    sure_found = sum(references[i].sure for i, claim in enumerate(found) if claim is not None)
    assert sure_found == most_pairs(sure, claims)


@given(spans())
def test_the_references_find_themselves(references: list[Span]) -> None:
    assert match(references, references) == list(range(len(references)))
