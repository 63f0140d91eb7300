"""A made-up voice has the pitch, the mouth and the end that it was asked for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from coughd.detectors.ports import SAMPLE_RATE_HZ, Samples

pytest.importorskip("scipy", reason="comes with the extra coughd[train]")

from coughd.detectors.training.scenes.mock_voice import (
    PEAK,
    Voice,
    laid,
    mouth_of,
    moving,
    voiced,
)

TUBE = np.array([1.0, -0.5])
"""A mouth that favours what is low."""
STEADY = Voice((200.0, 200.0), 0.0, 0.0, (0.8, 0.8), 10.0, 10.0)


def rng() -> np.random.Generator:
    return np.random.default_rng(8)


def share_over(sound: Samples, limit_hz: float) -> float:
    power = np.abs(np.fft.rfft(sound)) ** 2
    frequency_hz = np.fft.rfftfreq(sound.size, 1.0 / SAMPLE_RATE_HZ)
    return float(power[frequency_hz > limit_hz].sum() / power.sum())


@pytest.mark.parametrize("pitch_hz", [100.0, 250.0, 400.0])
def test_a_voice_repeats_itself_at_its_pitch(pitch_hz: float) -> None:
    sound = voiced(TUBE, 0.3, (pitch_hz, pitch_hz), 0.0, rng(), rough=0.0)
    lag = round(SAMPLE_RATE_HZ / pitch_hz)
    assert np.corrcoef(sound[:-lag], sound[lag:])[0, 1] > 0.9
    half = lag // 2
    assert np.corrcoef(sound[:-half], sound[half:])[0, 1] < 0.5


def test_air_alone_has_no_pitch() -> None:
    sound = voiced(TUBE, 0.3, (200.0, 200.0), 1.0, rng())
    assert abs(np.corrcoef(sound[:-80], sound[80:])[0, 1]) < 0.1


def test_the_mouth_is_found_again_in_what_it_spoke() -> None:
    spoken = voiced(np.array([1.0, -1.2, 0.8]), 0.3, (0.1, 0.1), 1.0, rng())
    found = np.abs(1.0 / np.fft.rfft(mouth_of(spoken), 512))
    was = np.abs(1.0 / np.fft.rfft([1.0, -1.2, 0.8], 512))
    assert abs(int(found.argmax()) - int(was.argmax())) < 5


def test_a_closing_mouth_ends_dark_and_a_sinking_voice_ends_low() -> None:
    def ends(voice: Voice, closing: float) -> tuple[Samples, Samples]:
        sound = moving((TUBE, TUBE), voice, 0.4, closing, rng())
        return sound[: sound.size // 4], sound[-sound.size // 4 :]

    first, last = ends(STEADY, 1.0)
    assert share_over(last, 1_500.0) < 0.2 * share_over(first, 1_500.0)
    first, last = ends(STEADY, 0.0)
    assert share_over(last, 1_500.0) == pytest.approx(share_over(first, 1_500.0), rel=0.3)
    first, last = ends(replace(STEADY, held_s=0.0, decay_s=0.1), 0.0)
    assert np.std(last) < 0.1 * np.std(first)


def test_calls_are_laid_where_they_start_and_may_overlap() -> None:
    row = laid([np.full(1_600, 1.0, np.float32), np.full(1_600, 1.0, np.float32)], [0.0, 0.05])
    assert row.size == 800 + 1_600
    assert row.max() == pytest.approx(PEAK)
    assert row[:800].tolist() == pytest.approx([PEAK / 2] * 800)
