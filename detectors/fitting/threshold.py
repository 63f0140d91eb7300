"""Where to draw the line between a cough and another sound. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

Counts: TypeAlias = tuple[int, int, int]
"""Hits, misses, false alarms."""

ALARMS_COUNT = 2
"""A room holds more other sounds to every cough than labelled sounds or made-up scenes do."""
_STEPS = tuple(step / 100.0 for step in range(5, 96))


def operating_point(counts_at: Callable[[float], Counts]) -> float:
    """The threshold, in steps of 0.01, with the best F1 where each false alarm counts double.

    `counts_at` tells what a threshold counts. Of equally good ones the nearest to 0.5: where a few
    examples fall far apart, what comes between them is for the probability to say.
    """

    def worth(threshold: float) -> float:
        hits, misses, false_alarms = counts_at(threshold)
        weighed = 2 * hits + misses + ALARMS_COUNT * false_alarms
        return 2 * hits / weighed if weighed else 0.0

    return max(_STEPS, key=lambda threshold: (worth(threshold), -abs(threshold - 0.5)))
