from __future__ import annotations

import numpy as np
import pytest

from coughd.detectors.measure import measure_cough
from coughd.detectors.ports import ONSET_IN_WINDOW, WINDOW_SAMPLES, Samples


def noise(length: int, level_dbfs: float, seed: int = 1) -> Samples:
    drawn = np.random.default_rng(seed).standard_normal(length)
    return np.asarray(drawn * 10.0 ** (level_dbfs / 20.0), dtype=np.float32)


def window_with(*bursts: tuple[float, float, float], room_dbfs: float = -70.0) -> Samples:
    """Bursts of white noise (start in s after the onset, length in s, level) in a room."""
    window = noise(WINDOW_SAMPLES, room_dbfs)
    for index, (start_s, length_s, level_dbfs) in enumerate(bursts):
        start = ONSET_IN_WINDOW + int(start_s * 16_000)
        length = int(length_s * 16_000)
        window[start : start + length] += noise(length, level_dbfs, index + 2)
    return window


def test_a_burst_ends_where_it_ends() -> None:
    measured = measure_cough(window_with((0.0, 0.3, -20.0)))
    assert measured.offset_sample == pytest.approx(ONSET_IN_WINDOW + 4_800, abs=320)
    assert measured.level_dbfs == pytest.approx(-20.0, abs=0.5)
    # The floor is the quietest tenth and the band is 90 Hz to 7.5 kHz.
    assert measured.snr_db == pytest.approx(50.0, abs=2.0)


def test_the_voiced_tail_belongs_to_it() -> None:
    measured = measure_cough(window_with((0.0, 0.15, -20.0), (0.25, 0.15, -30.0)))
    assert measured.offset_sample == pytest.approx(ONSET_IN_WINDOW + 6_400, abs=320)


def test_a_sound_much_later_does_not() -> None:
    measured = measure_cough(window_with((0.0, 0.15, -20.0), (0.5, 0.15, -20.0)))
    assert measured.offset_sample == pytest.approx(ONSET_IN_WINDOW + 2_400, abs=320)


def test_the_next_cough_ends_it() -> None:
    window = window_with((0.0, 1.0, -20.0))
    next_onset = ONSET_IN_WINDOW + 5_600
    assert next_onset == measure_cough(window, next_onset=next_onset).offset_sample


def test_it_ends_with_the_window_at_the_latest() -> None:
    window = window_with((0.0, 1.5, -20.0))
    assert WINDOW_SAMPLES == measure_cough(window).offset_sample
    assert WINDOW_SAMPLES == measure_cough(window, next_onset=WINDOW_SAMPLES + 99).offset_sample


def test_a_loud_room_hides_the_decay() -> None:
    measured = measure_cough(window_with((0.0, 0.3, -20.0), room_dbfs=-32.0))
    assert measured.offset_sample == pytest.approx(ONSET_IN_WINDOW + 4_800, abs=480)
    assert measured.snr_db == pytest.approx(12.0, abs=2.0)


@pytest.mark.parametrize("window", [np.zeros(WINDOW_SAMPLES, np.float32), window_with()])
def test_nothing_is_still_a_number(window: Samples) -> None:
    measured = measure_cough(window)
    assert ONSET_IN_WINDOW < measured.offset_sample <= WINDOW_SAMPLES
    assert np.isfinite([measured.level_dbfs, measured.snr_db]).all()
