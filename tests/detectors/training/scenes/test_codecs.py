"""Each codec leaves a sound where it was, and most of it as it was."""

from __future__ import annotations

import numpy as np
import pytest

from coughd.detectors.synthesis import room_noise, synth_cough

pytest.importorskip("scipy", reason="comes with the extra coughd[train]")

from scipy import signal

from coughd.detectors.ports import Samples
from coughd.detectors.training.scenes.codecs import CODECS, Codec, through


@pytest.fixture
def coughs() -> Samples:
    rng = np.random.default_rng(3)
    heard = room_noise(3 * 16_000, -60.0, rng)
    for start in (8_000, 27_000):
        cough = synth_cough(rng)[:12_000]
        heard[start : start + cough.size] += cough
    return np.clip(heard, -1.0, 1.0).astype(np.float32)


@pytest.mark.parametrize("codec", CODECS, ids=lambda codec: f"{codec.name} {codec.sample_rate_hz}")
def test_a_codec_moves_nothing_and_leaves_a_cough(codec: Codec, coughs: Samples) -> None:
    heard = through(codec, coughs)

    assert heard.shape == coughs.shape
    assert heard.dtype == np.float32
    assert not np.array_equal(heard, coughs)
    levels, before = (np.abs(signal.decimate(some, 8)) for some in (heard, coughs))
    likeness = signal.correlate(levels - levels.mean(), before - before.mean(), "full")
    assert abs(int(np.argmax(likeness)) - (before.size - 1)) <= 20  # of 2,000 a second
    assert np.corrcoef(levels, before)[0, 1] > 0.7
