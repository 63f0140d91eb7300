from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coughd.detectors.features import BANDS, LogMelStream, LogMelTransform

TRANSFORM = LogMelTransform()
SOUND = np.random.default_rng(5).normal(0.0, 0.1, 16_000).astype(np.float32)


def streamed(cuts: list[int]) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    stream = LogMelStream(TRANSFORM)
    edges = [0, *sorted(cuts), SOUND.size]
    groups = [group for a, b in pairwise(edges) for group in stream.feed(SOUND[a:b])]
    return np.concatenate(groups)


WHOLE = streamed([])


@given(st.lists(st.integers(0, SOUND.size), max_size=40))
def test_cutting_changes_no_bit(cuts: list[int]) -> None:
    assert np.array_equal(WHOLE, streamed(cuts))


@pytest.mark.parametrize("block", [1, 160, 1601])
def test_block_sizes_change_no_bit(block: int) -> None:
    assert np.array_equal(WHOLE, streamed(list(range(block, SOUND.size, block))))


def test_stream_and_whole_array_agree() -> None:
    assert np.allclose(WHOLE, TRANSFORM.frames(SOUND)[: len(WHOLE)], atol=1e-5)


def test_a_tone_lies_in_its_band() -> None:
    tone = np.sin(2 * np.pi * 1_000 * np.arange(16_000) / 16_000).astype(np.float32)
    loudest = TRANSFORM.frames(tone).mean(axis=0).argmax()
    # 1 kHz is mel 1000; the 66 edges run from mel 98 to mel 2823.
    assert loudest == pytest.approx((1_000 - 98) / (2_823 - 98) * (BANDS + 1) - 1, abs=1)


def test_white_noise_with_an_rms_of_one_has_a_power_of_one_in_every_band() -> None:
    noise = np.random.default_rng(6).standard_normal(160_000).astype(np.float32)
    power = 10.0 ** TRANSFORM.frames(noise).astype(np.float64)
    assert power.mean(axis=0) == pytest.approx(np.ones(BANDS), abs=0.15)


def test_digital_silence_is_the_floor() -> None:
    assert TRANSFORM.frames(np.zeros(400, dtype=np.float32)) == pytest.approx(-9.0)


def test_ten_decibels_are_one_unit() -> None:
    louder = TRANSFORM.frames(SOUND * np.float32(np.sqrt(10.0)))
    assert louder - TRANSFORM.frames(SOUND) == pytest.approx(1.0, abs=1e-3)
