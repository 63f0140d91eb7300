from __future__ import annotations

import math

import numpy as np
import pytest

pytest.importorskip("sklearn", reason="comes with the extra coughd[train]")

from coughd.detectors.context import ContextWeights
from coughd.detectors.training.counting import Claim, Reference
from coughd.detectors.training.fit_context import fit_context, in_context
from coughd.detectors.training.validate import Judged


def recording(number: int) -> Judged:
    """Ten sounds, two seconds apart: all coughs or none; what is heard of each is a guess."""
    rng = np.random.default_rng(number)
    are_coughs = bool(number % 2)
    onsets = [1.0 + 2.0 * k for k in range(10)]
    alone = 1.0 / (1.0 + np.exp(-rng.normal(1.0 if are_coughs else -1.0, 2.0, 10)))
    claims = tuple(
        Claim(onset_s, onset_s + 0.3, chance, chance, 0.5)
        for onset_s, chance in zip(onsets, map(float, alone), strict=True)
    )
    references = tuple(Reference(onset_s, onset_s + 0.3) for onset_s in onsets if are_coughs)
    return Judged(str(number), references, claims, 20.0)


def mistakes(judged: list[Judged]) -> int:
    rows = [row for one in judged for row in one.judgements()]
    return sum((chance >= 0.5) != is_cough for chance, is_cough in rows)


def test_where_coughs_come_together_one_speaks_for_the_next() -> None:
    weights = fit_context([recording(number) for number in range(200)])
    assert weights.before > 1.0
    assert abs(weights.gate) < 0.1  # it says the same of all of them
    fresh = [recording(number) for number in range(1_000, 1_100)]
    again = [in_context(one, weights) for one in fresh]
    assert mistakes(again) < 0.75 * mistakes(fresh)


def test_an_unsure_cough_speaks_for_the_next_but_is_not_learnt_from() -> None:
    claims = (Claim(1.0, 1.3, 0.9, 0.9, 0.5), Claim(2.0, 2.3, 0.2, 0.2, 0.5))
    one = Judged("a", (Reference(1.0, 1.3, sure=False),), claims, 4.0)
    assert [(1, False)] == one.decided()
    weights = ContextWeights(slope=1.0, gate=0.0, before=2.0, offset=0.0)
    first, second = in_context(one, weights).claims
    assert first.probability == pytest.approx(0.9)
    assert second.probability == pytest.approx(1.0 / (1.0 + 4.0 * math.exp(-1.8)))
