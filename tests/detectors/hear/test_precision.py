from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from coughd.detectors.hear.precision import agree


def embeddings() -> NDArray[np.float32]:
    """Three sounds' embeddings with a large common mean, as HeAR's have."""
    rng = np.random.default_rng(5)
    return (10.0 + 0.1 * rng.standard_normal((3, 512))).astype(np.float32)


def test_a_little_rounding_is_taken() -> None:
    exact = embeddings()
    noise = np.random.default_rng(6).standard_normal(exact.shape)
    assert agree(exact, (exact + 0.003 * noise).astype(np.float32)) is None


def test_what_the_common_mean_would_hide_is_seen() -> None:
    exact = embeddings()
    noise = np.random.default_rng(6).standard_normal(exact.shape)
    rounded = (exact + 0.03 * noise).astype(np.float32)
    plain = float((exact * rounded).sum() / np.linalg.norm(exact) / np.linalg.norm(rounded))
    assert plain > 0.9999, "a plain cosine sees nothing"
    refusal = agree(exact, rounded)
    assert refusal is not None
    assert "too much" in refusal.sentence
    assert not refusal.same


def test_a_switch_without_effect_is_seen() -> None:
    refusal = agree(embeddings(), embeddings())
    assert refusal is not None
    assert refusal.same


def test_undefined_numbers_are_refused() -> None:
    refusal = agree(embeddings(), np.full((3, 512), np.nan, np.float32))
    assert refusal is not None
    assert "undefined" in refusal.sentence
