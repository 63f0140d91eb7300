from __future__ import annotations

import numpy as np
import pytest

from coughd.detectors.training.networks.spectral_augment import overlay, spoil

BATCH = np.random.default_rng(2).uniform(-8.0, -2.0, (4, 60, 64)).astype(np.float32)


def test_spoiling_keeps_shape_and_floor_and_leaves_the_batch_alone() -> None:
    before = BATCH.copy()
    spoilt = spoil(BATCH, np.random.default_rng(1))
    assert spoilt.shape == BATCH.shape
    assert spoilt.min() >= -9.0
    assert np.array_equal(before, BATCH)
    assert not np.array_equal(spoilt, BATCH)


def test_the_same_generator_spoils_alike() -> None:
    first, second = (spoil(BATCH, np.random.default_rng(7)) for _ in range(2))
    assert np.array_equal(first, second)


def test_powers_add_whatever_the_levels_were() -> None:
    quiet = np.full((200, 2, 64), -8.0, dtype=np.float32)
    loud = np.full((200, 2, 64), -3.0, dtype=np.float32)
    joined = overlay(loud, quiet, np.random.default_rng(3))
    # Equal shapes: 20 dB softer adds 1 %, 3 dB louder triples the power.
    assert joined.min() == pytest.approx(-3.0 + np.log10(1.01), abs=0.01)
    assert joined.max() == pytest.approx(-3.0 + np.log10(3.0), abs=0.02)
