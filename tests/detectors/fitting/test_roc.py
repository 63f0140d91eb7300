from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coughd.detectors.fitting.roc import roc_auc


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=30))
def test_it_is_the_chance_of_the_right_order(rows: list[tuple[int, bool]]) -> None:
    coughs = [score for score, cough in rows if cough]
    others = [score for score, cough in rows if not cough]
    area = roc_auc(np.array([s for s, _ in rows], float), np.array([c for _, c in rows], bool))
    if not coughs or not others:
        assert np.isnan(area)
        return
    wins = sum((c > o) + 0.5 * (c == o) for c in coughs for o in others)
    assert wins / (len(coughs) * len(others)) == pytest.approx(area)
