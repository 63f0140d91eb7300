"""Between a probability and its log-odds, without ever meeting infinity. Pure."""

from __future__ import annotations

import math


def log_odds(probability: float, nearest: float = 1e-9) -> float:
    """Of a probability, 0..1, which counts as no nearer to 0 or 1 than `nearest`."""
    held = min(max(probability, nearest), 1.0 - nearest)
    return math.log(held / (1.0 - held))


def probability_of(log_odds: float) -> float:
    """0..1; the shape of tanh keeps both tails finite where exp would overflow."""
    return 0.5 + 0.5 * math.tanh(0.5 * log_odds)
