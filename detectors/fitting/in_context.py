"""How a new probe weighs the context of its examples, and how they are judged so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..context import ContextWeights
from ..log_odds import log_odds
from ..ports import Context
from .examples import Examples
from .protocol import Fitted, calibrated_across
from .regression import Numbers, fit_calibration


@dataclass(frozen=True, slots=True, eq=False)
class InContext:
    """Context weights, and P(cough) of each example [shape=(n,)] by fits without its group."""

    weights: ContextWeights | None
    held_out: Numbers


def in_context(fitted: Fitted, examples: Examples, taken_over: ContextWeights | None) -> InContext:
    """Judge held-out examples as a daemon would, by context weights of another probe.

    What these add to the embedding's word is kept; the sum is calibrated anew, for these examples
    are another mixture of sounds. Where the contexts are not known, the weights are taken over as
    they are, and the examples judged by the embedding alone.
    """
    if taken_over is None or examples.contexts is None:
        return InContext(taken_over, fitted.held_out)
    moved = _moved(fitted.held_out, examples.contexts, taken_over)
    slope, offset = fit_calibration(moved, examples.coughs)
    return InContext(
        ContextWeights(
            slope=slope * taken_over.slope,
            gate=slope * taken_over.gate,
            before=slope * taken_over.before,
            offset=slope * taken_over.offset + offset,
        ),
        calibrated_across(moved, examples.coughs, fitted.fold_of),
    )


def _moved(alone: Numbers, contexts: Sequence[Context], weights: ContextWeights) -> Numbers:
    """Log-odds in context [shape=(n,)], from P(cough) by the embedding alone."""
    return np.array(
        [
            weights.log_odds(log_odds(float(probability)), context)
            for probability, context in zip(alone, contexts, strict=True)
        ]
    )
