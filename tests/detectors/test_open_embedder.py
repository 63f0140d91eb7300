from __future__ import annotations

import numpy as np
import pytest

from coughd.config.errors import ModelError
from coughd.detectors.open_embedder import OpenEmbedder
from coughd.detectors.ports import EMBEDDING_SIZE, WINDOW_SAMPLES
from coughd.detectors.probe import LinearProbe

EMBEDDER = OpenEmbedder.load()
WINDOWS = np.random.default_rng(4).normal(0.0, 0.05, (3, WINDOW_SAMPLES)).astype(np.float32)


def test_neighbours_change_nothing() -> None:
    alone = np.concatenate([EMBEDDER.embed(window[None]) for window in WINDOWS])
    assert alone.shape == (3, EMBEDDING_SIZE)
    assert np.array_equal(alone, EMBEDDER.embed(WINDOWS))


def test_gain_changes_little() -> None:
    assert np.allclose(EMBEDDER.embed(WINDOWS), EMBEDDER.embed(WINDOWS * 0.1), atol=0.02)


def test_no_window_is_no_trouble() -> None:
    assert EMBEDDER.embed(np.zeros((0, WINDOW_SAMPLES), np.float32)).shape == (0, EMBEDDING_SIZE)


def test_silence_is_still_numbers() -> None:
    assert np.isfinite(EMBEDDER.embed(np.zeros((1, WINDOW_SAMPLES), np.float32))).all()


@pytest.mark.parametrize("shape", [(WINDOW_SAMPLES,), (2, WINDOW_SAMPLES - 1)])
def test_another_shape_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ModelError, match="32000 samples"):
        EMBEDDER.embed(np.zeros(shape, np.float32))


def test_the_shipped_probe_belongs_to_it() -> None:
    probe = LinearProbe.beside(None, EMBEDDER.identity)
    assert probe.identity.embedder == EMBEDDER.identity.name
    assert 0.0 < probe.threshold < 1.0
    verdict = probe.judge(EMBEDDER.embed(WINDOWS[:1])[0])
    assert verdict.probability < probe.threshold
