"""What the networks should say about a scene: arrays made of its marks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..onsets import STEP_SAMPLES
from ..ports import LABELS, SAMPLE_RATE_HZ
from .pack import Mark

STEP_S = STEP_SAMPLES / SAMPLE_RATE_HZ
_ONSET_SHAPE = {-1: 0.5, 0: 1.0, 1: 0.5}
"""The track may be a step early or late, but not as sure."""


def frame_targets(marks: Sequence[Mark], steps: int) -> NDArray[np.float32]:
    """Activity of the 8 labels and cough onset per 20 ms [shape=(9, steps), 0..1]."""
    targets = np.zeros((len(LABELS) + 1, steps), dtype=np.float32)
    for mark in marks:
        first = int(mark.onset_s / STEP_S)
        last = max(first + 1, round(mark.offset_s / STEP_S))
        targets[LABELS.index(mark.label), first:last] = 1.0
        if mark.label != "cough":
            continue
        for shift, height in _ONSET_SHAPE.items():
            if 0 <= first + shift < steps:
                targets[-1, first + shift] = max(targets[-1, first + shift], height)
    return targets


def match_onsets(
    claimed_s: Sequence[float], true_s: Sequence[float], tolerance_s: float
) -> list[tuple[int, int]]:
    """Pair claims with truths one to one, nearest first; indices (claim, truth)."""
    pairs = sorted(
        (abs(claim - truth), i, j)
        for i, claim in enumerate(claimed_s)
        for j, truth in enumerate(true_s)
        if abs(claim - truth) <= tolerance_s
    )
    used_claims: set[int] = set()
    used_truths: set[int] = set()
    matched = []
    for _, i, j in pairs:
        if i not in used_claims and j not in used_truths:
            used_claims.add(i)
            used_truths.add(j)
            matched.append((i, j))
    return sorted(matched)
