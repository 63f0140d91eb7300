"""The calibrated linear classifier on embeddings. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .context import ContextWeights
from .log_odds import probability_of
from .ports import LABELS, Context, Verdict
from .probe_numbers import Vector


@dataclass(frozen=True, slots=True)
class ProbeWeights:
    """Everything needed to judge; arrays are never written to."""

    mean: Vector
    """[shape=(512,)], taken off the embedding."""
    scale: Vector
    """[shape=(512,)], the centred embedding is divided by it."""
    coefficients: Vector
    """[shape=(8, 512)], in the order of LABELS."""
    intercepts: Vector
    """[shape=(8,)]"""
    cough_slope: float
    """Calibration of the cough log-odds: slope * log-odds + offset."""
    cough_offset: float
    one_against_rest: bool = False
    """Whether the cough's logit is its log-odds by itself; else it is one of the softmax."""
    context: ContextWeights | None = None
    """None: every embedding is judged by itself."""


def judge(
    weights: ProbeWeights, embedding: NDArray[np.float32], context: Context | None = None
) -> Verdict:
    """Score one embedding; pure.

    The cough's log-odds are calibrated, moved by its context and become its probability; the other
    labels share what is left by their softmax.
    """
    centred = (embedding.astype(np.float64) - weights.mean) / weights.scale
    logits = weights.coefficients @ centred + weights.intercepts
    cough_index = LABELS.index("cough")
    rest = np.delete(logits, cough_index)
    highest = float(rest.max())
    shares = np.exp(rest - highest)
    rest_log_sum = highest + float(np.log(shares.sum()))
    log_odds = float(logits[cough_index]) - (0.0 if weights.one_against_rest else rest_log_sum)
    calibrated = weights.cough_slope * log_odds + weights.cough_offset
    if weights.context is not None and context is not None:
        calibrated = weights.context.log_odds(calibrated, context)
    probability = probability_of(calibrated)
    scores = {"cough": probability}
    others = [label for label in LABELS if label != "cough"]
    for label, share in zip(others, shares / shares.sum(), strict=True):
        scores[label] = (1.0 - probability) * float(share)
    return Verdict(probability=probability, scores=scores)
