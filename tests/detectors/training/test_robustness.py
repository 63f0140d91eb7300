"""Each treatment changes a sound and leaves it as long, in range and in its place."""

from __future__ import annotations

import numpy as np
import pytest

from coughd.detectors.synthesis import room_noise, synth_cough

pytest.importorskip("scipy", reason="comes with the extra coughd[train]")

from coughd.detectors.training.robustness import TREATMENTS


@pytest.mark.parametrize("name", TREATMENTS)
def test_a_treatment_leaves_a_cough_in_its_place(name: str) -> None:
    rng = np.random.default_rng(2)
    samples = room_noise(6 * 16_000, -60.0, rng)
    cough = synth_cough(rng)[:8_000]
    samples[48_000 : 48_000 + cough.size] += cough
    samples = np.clip(samples, -0.9, 0.9).astype(np.float32)
    treated = TREATMENTS[name](samples)

    assert treated.shape == samples.shape
    assert treated.dtype == np.float32
    assert np.abs(treated).max() <= 1.5
    loud = np.square(treated).reshape(-1, 1_600).mean(axis=1)
    assert 30 <= int(np.argmax(loud)) <= 34
    assert np.array_equal(treated, samples) == (name == "as they are")
