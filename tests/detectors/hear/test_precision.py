from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from coughd.detectors.hear.precision import agree
from coughd.detectors.hear.processor import has_bfloat16


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


@pytest.mark.parametrize(
    ("text", "has"),
    [
        ("model name\t: A\nflags\t\t: fpu avx512f avx512_bf16 vnni\n", True),
        ("flags\t\t: fpu amx_bf16\n", True),
        ("Features\t: fp asimd bf16\n", True),
        ("flags\t\t: fpu avx2\n", False),
        ("", False),
    ],
)
def test_the_processor_tells_by_its_flags(tmp_path: Path, text: str, has: bool) -> None:
    (tmp_path / "cpuinfo").write_text(text)
    assert has == has_bfloat16(tmp_path / "cpuinfo")
    assert not has_bfloat16(tmp_path / "absent")
