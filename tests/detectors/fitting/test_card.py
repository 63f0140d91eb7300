"""What a card says of a score without an interval."""

from __future__ import annotations

import numpy as np

from coughd.detectors.evaluation.scoring.resampling import Measured
from coughd.detectors.fitting.card import interval_text


def test_a_card_says_why_there_is_no_interval() -> None:
    assert interval_text(Measured(0.5, np.linspace(0.0, 1.0, 2_001))) == "0.025 to 0.975"
    assert interval_text(Measured(1.0, np.ones(2_000))) == "all draws agree"
    assert interval_text(Measured(1.0, np.empty(0))) == "too few groups"
