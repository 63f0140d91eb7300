from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from coughd.config.errors import ModelError
from coughd.detectors.hear.batching import scale_windows
from coughd.detectors.hear.self_test import check_embeddings

Array = NDArray[np.float32]
MIXER = np.random.default_rng(5).standard_normal((64, 512)).astype(np.float32)


def good(windows: Array) -> Array:
    """A small network that does all that HeAR does: deterministic, per clip, blind to gain."""
    energies = np.abs(scale_windows(windows)).reshape(len(windows), 64, 500).mean(axis=2)
    # Row by row: BLAS may round a row differently in another batch.
    return np.stack([np.tanh(row @ MIXER) for row in energies]).astype(np.float32)


def restless() -> Callable[[Array], Array]:
    rng = np.random.default_rng(1)
    return lambda windows: good(windows) + rng.standard_normal(512).astype(np.float32)


def undefined(windows: Array) -> Array:
    embeddings = good(windows)
    embeddings[-1, 100] = np.nan
    return embeddings


def loud(windows: Array) -> Array:
    gains = np.where(np.arange(512) % 2, np.abs(windows).max(), 1.0)
    return np.asarray(good(windows) * gains, np.float32)


def coupled(windows: Array) -> Array:
    return good(windows) + np.float32(len(windows) - 1)


def test_a_model_that_behaves_passes() -> None:
    check_embeddings(good, "model")


@pytest.mark.parametrize(
    ("embed", "sentence"),
    [
        (undefined, "infinite or undefined"),
        (lambda windows: np.ones((len(windows), 512), np.float32), "unlike sounds"),
        (lambda windows: good(windows)[:, :256], r"shape \(256,\)"),
        (restless(), "two embeddings for the same sound"),
        (loud, "changes its embedding with loudness"),
        (coupled, "change each other's embeddings"),
    ],
)
def test_each_misbehaviour_has_its_sentence(embed: Callable[[Array], Array], sentence: str) -> None:
    with pytest.raises(ModelError, match=sentence) as caught:
        check_embeddings(embed, "the folder")
    assert str(caught.value).startswith("the folder ")


def test_a_model_that_couples_a_batch_may_take_windows_alone() -> None:
    check_embeddings(
        lambda windows: np.concatenate([coupled(window[np.newaxis]) for window in windows]), "model"
    )
