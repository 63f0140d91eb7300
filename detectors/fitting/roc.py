"""How well scores tell coughs from other sounds. Pure."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .regression import Numbers


def roc_auc(scores: Numbers, coughs: NDArray[np.bool_]) -> float:
    """Chance that a cough scores above another sound, equal scores counting half; NaN without."""
    positives = int(coughs.sum())
    negatives = coughs.size - positives
    if not positives or not negatives:
        return float("nan")
    _, rank, times = np.unique(scores, return_inverse=True, return_counts=True)
    # The mean rank of equal scores, from 1.
    mean_rank = np.cumsum(times) - (times - 1) / 2.0
    rank_sum = float(mean_rank[rank][coughs].sum())
    return (rank_sum - positives * (positives + 1) / 2.0) / (positives * negatives)
