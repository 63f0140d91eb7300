"""What the networks should say about a scene: arrays made of its marks."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ...onsets import STEP_SAMPLES
from ...ports import LABELS, SAMPLE_RATE_HZ
from ..clips.pack import Mark

STEP_S = STEP_SAMPLES / SAMPLE_RATE_HZ
DOUBTFUL = -1.0
"""Where a doubtful cough sounds: no answer is wrong there."""
_DOUBTFUL_STEPS = 6
_SAME_S = 0.12
_UNSURE_S = 0.2
_NEAR_S = 0.15
_ONSET_SHAPE = {-1: 0.5, 0: 1.0, 1: 0.5}
"""The track may be a step early or late, but not as sure."""


def frame_targets(marks: Sequence[Mark], steps: int) -> NDArray[np.float32]:
    """Activity of the 8 labels and cough onset per 20 ms [shape=(9, steps), 0..1 or DOUBTFUL]."""
    targets = np.zeros((len(LABELS) + 1, steps), dtype=np.float32)
    for mark in sorted(marks, key=lambda mark: mark.sure):  # a sure one has the last word
        first = int(mark.onset_s / STEP_S)
        last = max(first + 1, round(mark.offset_s / STEP_S))
        targets[LABELS.index(mark.label), first:last] = 1.0 if mark.sure else DOUBTFUL
        if mark.label != "cough":
            continue
        if not mark.sure:
            targets[-1, max(0, first - _DOUBTFUL_STEPS) : first + _DOUBTFUL_STEPS] = DOUBTFUL
            continue
        for shift, height in _ONSET_SHAPE.items():
            if 0 <= first + shift < steps:
                targets[-1, first + shift] = max(targets[-1, first + shift], height)
    return targets


def label_at(time_s: float, marks: Sequence[Mark]) -> str | None:
    """What a claim at this time should be called; None where nobody can tell."""
    coughs = [mark for mark in marks if mark.label == "cough"]
    nearest = min(coughs, key=lambda mark: abs(mark.onset_s - time_s), default=None)
    if nearest is not None and abs(nearest.onset_s - time_s) <= _UNSURE_S:
        same = nearest.sure and abs(nearest.onset_s - time_s) <= _SAME_S
        return "cough" if same else None
    near = [
        mark
        for mark in marks
        if mark.onset_s - _NEAR_S <= time_s <= mark.offset_s + _NEAR_S and mark.label != "cough"
    ]
    if not near:
        return "other"
    chosen = min(near, key=lambda mark: (mark.label == "speech", abs(mark.onset_s - time_s)))
    return chosen.label


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
