from __future__ import annotations

import itertools

import pytest

from coughd.config.errors import ModelError
from coughd.detectors.remote.retrying import Retrying, UnreachableError, longest_call_s


def away() -> None:
    raise UnreachableError("away")


def test_rests_double_up_to_a_bound_and_are_drawn() -> None:
    rests: list[float] = []
    chances = itertools.cycle([0.0, 1.0])
    with pytest.raises(UnreachableError, match="away"):
        Retrying(7, rests.append, lambda: next(chances)).call(away)
    assert [0.1, 0.6, 0.4, 2.4, 1.6, 7.5, 2.5] == [pytest.approx(rest_s) for rest_s in rests]


def test_what_cannot_be_helped_is_not_asked_again() -> None:
    asked: list[None] = []

    def refused() -> None:
        asked.append(None)
        raise ModelError("no")

    with pytest.raises(ModelError, match="no"):
        Retrying(5, lambda _rest_s: None, lambda: 0.5).call(refused)
    assert 1 == len(asked)


def test_the_longest_call_is_that_of_all_tries_and_rests() -> None:
    rests: list[float] = []
    with pytest.raises(UnreachableError):
        Retrying(6, rests.append, lambda: 1.0).call(away)
    assert longest_call_s(10.0, 6) == pytest.approx(7 * 10.0 + sum(rests))
