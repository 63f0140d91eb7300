"""Resampling: the cut does not matter, and time stays where it was."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from coughd.daemon.sources.resample import To16k

RATES_HZ = (8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000, 192_000)


def resampled(
    samples: NDArray[np.float32], rate_hz: int, block_sizes: list[int]
) -> NDArray[np.float32]:
    resampler = To16k(rate_hz)
    out = []
    start = turn = 0
    while start < samples.size:
        size = block_sizes[turn % len(block_sizes)]
        out.append(resampler.feed(samples[start : start + size]))
        start += size
        turn += 1
    return np.concatenate([*out, resampler.flush()])


def hiss(n: int) -> NDArray[np.float32]:
    return np.random.default_rng(7).uniform(-0.5, 0.5, n).astype(np.float32)


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_the_cut_of_the_blocks_does_not_change_a_bit(rate_hz: int) -> None:
    samples = hiss(60_011)
    expected = resampled(samples, rate_hz, [48_000])
    for size in (1, 160, 1_601):
        np.testing.assert_array_equal(expected, resampled(samples, rate_hz, [size]))


@given(sizes=st.lists(st.integers(1, 5_000), min_size=1, max_size=8))
@settings(max_examples=30, deadline=None)
def test_any_mixture_of_blocks_gives_the_same(sizes: list[int]) -> None:
    samples = hiss(12_345)
    np.testing.assert_array_equal(
        resampled(samples, 44_100, [12_345]), resampled(samples, 44_100, sizes)
    )


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_the_length_is_the_duration(rate_hz: int) -> None:
    assert abs(resampled(hiss(rate_hz * 3 // 2), rate_hz, [1_000]).size - 24_000) <= 1


@pytest.mark.parametrize("rate_hz", RATES_HZ)
def test_an_impulse_stays_within_a_millisecond(rate_hz: int) -> None:
    samples = np.zeros(2 * rate_hz, np.float32)
    struck = rate_hz + 137
    samples[struck] = 1.0
    out = resampled(samples, rate_hz, [977])
    heard_s = int(np.argmax(np.abs(out))) / 16_000
    assert heard_s == pytest.approx(struck / rate_hz, abs=0.001)
    native = To16k(rate_hz).native_index(int(np.argmax(np.abs(out))))
    assert native == pytest.approx(struck, abs=max(1, rate_hz / 16_000))


def test_16_khz_passes_untouched() -> None:
    samples = hiss(5_000)
    np.testing.assert_array_equal(samples, resampled(samples, 16_000, [77]))


def test_the_delay_of_live_sound_is_bounded() -> None:
    resampler = To16k(48_000)
    heard = 0
    for piece in range(200):
        heard += resampler.feed(hiss(960)).size
        behind_s = (piece + 1) * 0.02 - heard / 16_000
        assert behind_s < 0.06
