from __future__ import annotations

import numpy as np
import pytest

from coughd.detectors.measure import measure_cough, measure_window
from coughd.detectors.ports import ONSET_IN_WINDOW, WINDOW_SAMPLES, Samples, Trigger
from coughd.detectors.windows import Window


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
    # The floor is the quietest tenth, and the band lacks what lies under 60 Hz.
    assert measured.snr_db == pytest.approx(50.0, abs=2.0)


@pytest.mark.parametrize(("tail_dbfs", "ends_s"), [(-38.5, 0.3), (-41.5, 0.1)])
def test_it_ends_twenty_decibels_under_its_peak(tail_dbfs: float, ends_s: float) -> None:
    measured = measure_cough(window_with((0.0, 0.1, -20.0), (0.1, 0.2, tail_dbfs)))
    assert measured.offset_sample == pytest.approx(ONSET_IN_WINDOW + ends_s * 16_000, abs=320)


@pytest.mark.parametrize(("pause_s", "ends_s"), [(0.16, 0.46), (0.19, 0.15)])
def test_a_voiced_tail_belongs_to_it_a_later_sound_does_not(pause_s: float, ends_s: float) -> None:
    window = window_with((0.0, 0.15, -20.0), (0.15 + pause_s, 0.15, -30.0))
    offset = ONSET_IN_WINDOW + ends_s * 16_000
    assert measure_cough(window).offset_sample == pytest.approx(offset, abs=320)


def test_a_louder_sound_much_later_does_not_hide_its_end() -> None:
    measured = measure_cough(window_with((0.0, 0.15, -40.0), (0.5, 0.15, -10.0)))
    assert measured.offset_sample == pytest.approx(ONSET_IN_WINDOW + 2_400, abs=320)


@pytest.mark.parametrize("after", [5_600, 5_601, 5_679])
def test_the_next_cough_ends_it(after: int) -> None:
    window = window_with((0.0, 1.0, -20.0))
    next_onset = ONSET_IN_WINDOW + after
    assert next_onset == measure_cough(window, next_onset=next_onset).offset_sample


def test_the_next_cough_is_no_part_of_it() -> None:
    window = window_with((0.0, 0.2, -20.0), (0.3, 0.2, -20.0))
    measured = measure_cough(window, next_onset=ONSET_IN_WINDOW + 4_800)
    assert measured.offset_sample == pytest.approx(ONSET_IN_WINDOW + 3_200, abs=320)


def test_it_ends_with_the_window_at_the_latest() -> None:
    window = window_with((0.0, 1.5, -20.0))
    assert WINDOW_SAMPLES == measure_cough(window).offset_sample
    assert WINDOW_SAMPLES == measure_cough(window, next_onset=WINDOW_SAMPLES + 99).offset_sample
    assert 31_950 == measure_cough(window[:31_950], next_onset=31_999).offset_sample


def test_a_loud_room_hides_the_decay() -> None:
    measured = measure_cough(window_with((0.0, 0.3, -20.0), room_dbfs=-32.0))
    assert measured.offset_sample == pytest.approx(ONSET_IN_WINDOW + 4_800, abs=480)
    assert measured.snr_db == pytest.approx(12.0, abs=2.0)


def test_a_constant_offset_is_no_level() -> None:
    window = window_with((0.0, 0.3, -30.0)) + np.float32(0.1)
    assert measure_cough(window).level_dbfs == pytest.approx(-30.0, abs=0.5)


@pytest.mark.parametrize("onset", [400, 800, 1_600, 8_000])
@pytest.mark.parametrize(
    ("level_dbfs", "snr_db", "to_db"), [(-20.0, 50.5, 2.0), (-40.0, 30.0, 0.8)]
)
def test_however_short_the_beginning_it_shows_the_floor(
    onset: int, level_dbfs: float, snr_db: float, to_db: float
) -> None:
    """A stretch may begin just before its first cough, which must not ring into what was before."""
    window = window_with((0.0, 0.3, level_dbfs))[ONSET_IN_WINDOW - onset :]
    assert measure_cough(window, onset).snr_db == pytest.approx(snr_db, abs=to_db)


def test_the_floor_is_what_was_before_not_what_comes_after() -> None:
    window = window_with((0.0, 0.3, -20.0))
    window[ONSET_IN_WINDOW + 8_000 :] *= 0.1
    assert measure_cough(window).snr_db == pytest.approx(50.5, abs=1.5)


def test_what_hardly_stands_out_ends_six_decibels_under_its_peak() -> None:
    measured = measure_cough(window_with((0.0, 0.3, -24.0), room_dbfs=-32.0))
    assert measured.offset_sample == pytest.approx(ONSET_IN_WINDOW + 4_800, abs=480)


def test_hum_is_neither_floor_nor_cough() -> None:
    window = window_with((0.0, 0.3, -20.0))
    window += 0.3 * np.sin(2 * np.pi * 50 * np.arange(window.size) / 16_000).astype(np.float32)
    assert measure_cough(window).snr_db == pytest.approx(50.5, abs=1.5)


def test_an_incomplete_window_is_measured_at_its_own_onset() -> None:
    samples = window_with((0.0, 0.2, -20.0), (0.3, 0.2, -20.0))[6_000:]
    window = Window(Trigger(102_000, 105_000, 0.9), 106_800, 100_000, samples)
    assert measure_window(window) == measure_cough(samples, 2_000, 6_800)
    assert measure_window(window).offset_sample == pytest.approx(2_000 + 3_200, abs=320)


@pytest.mark.parametrize("size", [1, 79, 80, 200, 400])
def test_the_shortest_windows_are_measured(size: int) -> None:
    measured = measure_cough(noise(size, -20.0), size // 2)
    assert size // 2 < measured.offset_sample <= size
    assert np.isfinite([measured.level_dbfs, measured.snr_db]).all()


@pytest.mark.parametrize("window", [np.zeros(WINDOW_SAMPLES, np.float32), window_with()])
def test_nothing_is_still_a_number(window: Samples) -> None:
    measured = measure_cough(window)
    assert ONSET_IN_WINDOW < measured.offset_sample <= WINDOW_SAMPLES
    assert np.isfinite([measured.level_dbfs, measured.snr_db]).all()
