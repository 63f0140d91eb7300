"""What can be measured on a cough's own samples: its end, its level, how far it stands out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .ports import ONSET_IN_WINDOW, SAMPLE_RATE_HZ, Samples
from .windows import Window

_CELL_SAMPLES = 80
"""Levels are taken every 5 ms, each over the 20 ms round it."""
_REACH_SAMPLES = 160
_BAND_HZ = (60.0, 120.0, 7_000.0, 8_000.0)
"""Where the band begins, is whole, begins to end and has ended. Steeper edges would ring: a loud
cough would hide how quiet it was before."""
_FALL_DB = 20.0
_OVER_FLOOR_DB = 6.0
_QUIET_CELLS = 30
"""A sound has ended once it stayed down for 0.15 s; a voiced burst before that is its tail."""
_PEAK_WITHIN_CELLS = 60
"""The explosive part peaks within 0.3 s."""
_SILENCE = 1e-12


@dataclass(frozen=True, slots=True)
class CoughMeasure:
    """What the samples of one window say about its cough."""

    offset_sample: int
    """In the window: onset < offset <= its size."""
    level_dbfs: float
    """RMS from onset to offset without the window's constant part; full scale is an RMS of 1."""
    snr_db: float
    """Power from onset to offset over the floor before the onset (its quietest tenth), in band."""


def measure_window(window: Window) -> CoughMeasure:
    """Measure the cough of a window, as far as the next one; samples count from its start."""
    begins, following = window.start_sample, window.next_onset_sample
    return measure_cough(
        window.samples,
        window.trigger.onset_sample - begins,
        None if following is None else following - begins,
    )


def measure_cough(
    window: Samples, onset: int = ONSET_IN_WINDOW, next_onset: int | None = None
) -> CoughMeasure:
    """Measure the cough that begins at sample `onset` of a window [shape=(n,)], n > onset.

    It ends where the sound has fallen 20 dB under its peak (or to the floor) and stayed there,
    where the next cough begins (sample `next_onset` > onset), or with the window.
    """
    end = window.size if next_onset is None else min(next_onset, window.size)
    band = _in_band(window)
    levels_db = _levels_db(band[:end])
    first = onset // _CELL_SAMPLES
    floor_db = float(np.percentile(levels_db[:first] if first else levels_db, 10))
    last_loud = _last_loud_cell(levels_db[first:], floor_db)
    offset = min(end, (first + last_loud + 1) * _CELL_SAMPLES)
    moving = window[onset:offset] - window.mean(dtype=np.float64)
    power = float(np.mean(moving**2))
    in_band = float(np.mean(band[onset:offset] ** 2))
    return CoughMeasure(
        offset_sample=offset,
        level_dbfs=10.0 * float(np.log10(power + _SILENCE)),
        snr_db=10.0 * float(np.log10(in_band + _SILENCE)) - floor_db,
    )


def _last_loud_cell(levels_db: NDArray[np.float64], floor_db: float) -> int:
    peak_cell = int(np.argmax(levels_db[:_PEAK_WITHIN_CELLS]))
    peak_db = float(levels_db[peak_cell])
    line_db = max(peak_db - _FALL_DB, min(floor_db + _OVER_FLOOR_DB, peak_db - _OVER_FLOOR_DB))
    last_loud = peak_cell
    for cell in range(peak_cell, levels_db.size):
        if levels_db[cell] > line_db:
            last_loud = cell
        elif cell - last_loud >= _QUIET_CELLS:
            break
    return last_loud


def _in_band(window: Samples) -> NDArray[np.float64]:
    frequency_hz = np.fft.rfftfreq(window.size, 1.0 / SAMPLE_RATE_HZ)
    gain = np.sin(0.5 * np.pi * np.interp(frequency_hz, _BAND_HZ, (0.0, 1.0, 1.0, 0.0))) ** 2
    return np.fft.irfft(np.fft.rfft(window.astype(np.float64)) * gain, window.size)


def _levels_db(band: NDArray[np.float64]) -> NDArray[np.float64]:
    """At the beginning of each cell, the last one perhaps cut short."""
    energy = np.concatenate(([0.0], np.cumsum(band**2)))
    at = np.arange(0, band.size, _CELL_SAMPLES)
    begin, end = np.maximum(at - _REACH_SAMPLES, 0), np.minimum(at + _REACH_SAMPLES, band.size)
    power = (energy[end] - energy[begin]) / (end - begin)
    return np.asarray(10.0 * np.log10(power + _SILENCE))
