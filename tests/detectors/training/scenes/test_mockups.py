from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.random import Generator

from coughd.detectors.ports import Samples
from coughd.detectors.synthesis import synth_sound

pytest.importorskip("scipy", reason="comes with the extra coughd[train]")

from coughd.detectors.training.scenes.mockups import (
    mock_breath,
    mock_hem,
    mock_laugh,
    mock_throat_clear,
)


@pytest.mark.parametrize("make", [mock_laugh, mock_throat_clear, mock_breath, mock_hem])
def test_mockups_are_finite_short_and_seeded(make: Callable[[Samples, Generator], Samples]) -> None:
    speech = synth_sound("speech", np.random.default_rng(1)).astype(np.float32)
    for seed in range(10):
        first, second = (make(speech, np.random.default_rng(seed)) for _ in range(2))
        assert np.array_equal(first, second)
        assert first.dtype == np.float32
        assert np.abs(first).max() == pytest.approx(0.3, abs=0.01)
        assert 0.1 < first.size / 16_000 < 4.0
