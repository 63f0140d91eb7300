from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from coughd.detectors.hear.batching import batch_to_take, pad_to_bucket, scale_windows

SIZES = (1, 4, 8)


def clips(seed: int, gains: list[float]) -> NDArray[np.float32]:
    noise = np.random.default_rng(seed).standard_normal((len(gains), 400))
    return np.asarray(noise * np.array(gains)[:, np.newaxis], np.float32)


def as_hear_scales(x: NDArray[np.float32]) -> NDArray[np.float32]:
    """The published front end's scaling, over the whole batch."""
    x = x - x.min()
    return np.asarray(x / (x.max() + np.float32(1e-8)) * 2 - 1, np.float32)


@given(st.integers(0, 1000), st.lists(st.floats(1e-4, 1.0), min_size=1, max_size=5))
def test_hears_own_scaling_changes_nothing_after_ours(seed: int, gains: list[float]) -> None:
    scaled = scale_windows(clips(seed, gains))
    np.testing.assert_allclose(as_hear_scales(scaled), scaled, atol=1e-6)


@given(st.integers(0, 1000), st.floats(1e-3, 1.0))
def test_loudness_goes(seed: int, gain: float) -> None:
    np.testing.assert_allclose(
        scale_windows(clips(seed, [1.0])), scale_windows(clips(seed, [gain])), atol=1e-4
    )


def test_a_window_spans_exactly_minus_one_to_one() -> None:
    scaled = scale_windows(clips(1, [0.3, 0.001]))
    assert [-1.0, -1.0] == scaled.min(axis=1).tolist()
    assert [1.0, 1.0] == scaled.max(axis=1).tolist()


@pytest.mark.parametrize("level", [0.0, 0.7, -0.2])
def test_a_constant_window_is_finite_and_stays_so_beside_others(level: float) -> None:
    scaled = scale_windows(np.stack([np.full(400, level, np.float32), clips(1, [1.0])[0]]))
    assert (scaled[0] == -1.0).all()
    np.testing.assert_array_equal(scaled[0], as_hear_scales(scaled)[0])


def test_the_input_is_left_alone() -> None:
    windows = clips(3, [0.5])
    before = windows.copy()
    scale_windows(windows)
    np.testing.assert_array_equal(before, windows)


@pytest.mark.parametrize(
    ("waiting", "taken"), [(0, 0), (1, 1), (3, 1), (4, 4), (7, 4), (8, 8), (99, 8)]
)
def test_a_batch_is_the_largest_that_fills(waiting: int, taken: int) -> None:
    assert taken == batch_to_take(waiting, SIZES)


def test_fewer_than_the_smallest_size_go_together() -> None:
    assert 3 == batch_to_take(3, (4, 8))


@pytest.mark.parametrize(("rows", "padded"), [(1, 1), (2, 4), (4, 4), (5, 8), (8, 8)])
def test_padding_reaches_the_next_bucket_and_keeps_the_rows(rows: int, padded: int) -> None:
    windows = clips(5, [1.0] * rows)
    result = pad_to_bucket(windows, SIZES)
    assert padded == len(result)
    np.testing.assert_array_equal(windows, result[:rows])


def test_more_rows_than_the_largest_bucket_are_refused() -> None:
    with pytest.raises(ValueError, match="9 windows"):
        pad_to_bucket(clips(5, [1.0] * 9), SIZES)
