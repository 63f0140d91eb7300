"""Fits what the probe's word moves by in its context: the gate's score and a cough just before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from sklearn.linear_model import LogisticRegression

from ..context import ContextWeights, RecentTriggers, gate_log_odds
from ..log_odds import log_odds, probability_of
from ..ports import SAMPLE_RATE_HZ, Context
from .counting import Claim
from .validate import Judged

_ROUNDS = 8
"""What stands before is judged in its own context: it settles after a few."""
_NONE = ContextWeights(slope=1.0, gate=0.0, before=0.0, offset=0.0)


def fit_context(judged: Sequence[Judged]) -> ContextWeights:
    """Logistic regression on the claims of recordings that the probe has not seen."""
    weights = _NONE
    for _ in range(_ROUNDS):
        rows = [row for one in judged for row in _rows(one, weights)]
        table = np.array([row[:-1] for row in rows])
        regression = LogisticRegression(C=1e6).fit(table, [row[-1] for row in rows])
        slope, gate, before = map(float, regression.coef_[0])
        weights = ContextWeights(slope, gate, before, float(regression.intercept_[0]))
    return weights


def in_context(judged: Judged, weights: ContextWeights) -> Judged:
    """The same recording with every claim judged again, in order, in its context."""
    claims = [
        replace(claim, probability=probability)
        for claim, _, probability in _heard_again(judged, weights)
    ]
    return replace(judged, claims=tuple(claims))


def _rows(judged: Judged, weights: ContextWeights) -> list[tuple[float, float, float, bool]]:
    """Log-odds alone, those of the gate, what stands before, and whether it is a cough."""
    contexts = [context for _, context, _ in _heard_again(judged, weights)]
    return [
        (
            log_odds(judged.claims[k].alone),
            gate_log_odds(contexts[k].gate_score),
            contexts[k].before,
            is_cough,
        )
        for k, is_cough in judged.decided()
    ]


def _heard_again(judged: Judged, weights: ContextWeights) -> list[tuple[Claim, Context, float]]:
    recent = RecentTriggers()
    heard = []
    for claim in judged.claims:
        onset_sample = round(claim.onset_s * SAMPLE_RATE_HZ)
        context = Context(claim.gate_score, recent.before(onset_sample))
        probability = probability_of(weights.log_odds(log_odds(claim.alone), context))
        recent.add(onset_sample, probability)
        heard.append((claim, context, probability))
    return heard
