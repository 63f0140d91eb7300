"""Which of a clip's marked coughs are surely one: the marks were set by rule, nobody looked.

About one mark in ten is something else: the burst that ends a cough's voiced tail, a cough that
the recording cuts off, speech. Such marks neither teach nor test; they count neither way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ...features import HOP_SAMPLES, LogMelTransform
from ...ports import SAMPLE_RATE_HZ, Samples
from .pack import Span

NOT_COUGHED = frozenset(
    {
        "cov_70539c51-e8ca-4748-94c3-ed403545c0ff.flac",
        "cov_810ca8db-3b1a-4b05-bea9-c006ed6f9837.flac",
        "cov_bfda8b40-8112-48d5-8f22-f31b56ce7413.flac",
        "cov_6ed56c19-adf3-4483-81ba-f4cdce225483.flac",
    }
)
"""Clips of people who speak, or of noise: seen on spectrograms."""

_SHORTEST_S = 0.1
_RISE_DB = 20.0
_CLOSE_S = 0.3
_WEAKER_DB = 3.0
_LEFT_S = 0.15
_UPPER_BANDS = 24
"""Bands from here on lie over 1.4 kHz."""
_PAD_FRAMES = 20
_BEFORE_FRAMES, _AFTER_FRAMES = 8, 12


def with_certainty(samples: Samples, spans: Sequence[Span], clip: str) -> tuple[Span, ...]:
    """The marked coughs of a clip, the doubtful ones marked as such.

    A sure cough lasts 0.1 s, rises 20 dB over 1.4 kHz, is not cut off by the end, and where it
    follows a louder one within 0.3 s it is at most 3 dB weaker than the clip's loudest.
    """
    overall_db, upper_db = _levels_db(samples)
    at = [_PAD_FRAMES + round(span.start_s * SAMPLE_RATE_HZ / HOP_SAMPLES) for span in spans]
    peaks_db = [float(overall_db[a - 1 : a + _AFTER_FRAMES].max()) for a in at]
    judged = []
    for number, (span, a) in enumerate(zip(spans, at, strict=True)):
        before = upper_db[max(0, a - _BEFORE_FRAMES) : a - 1]
        rise_db = float(upper_db[a - 1 : a + _AFTER_FRAMES].max() - before.min())
        close = number > 0 and span.start_s - spans[number - 1].start_s < _CLOSE_S
        weak = peaks_db[number] < max(peaks_db) - _WEAKER_DB
        left_s = samples.size / SAMPLE_RATE_HZ - span.start_s
        sure = (
            clip not in NOT_COUGHED
            and span.end_s - span.start_s >= _SHORTEST_S
            and rise_db >= _RISE_DB
            and left_s >= _LEFT_S
            and not (close and weak)
        )
        judged.append(replace(span, sure=sure))
    return tuple(judged)


def _levels_db(samples: Samples) -> tuple[np.ndarray, np.ndarray]:
    """Level of each frame, over all bands and over the upper ones, with quiet put round it."""
    quiet = 0.5 * max(float(np.percentile(np.abs(samples), 5)), 1e-4)
    hiss = np.random.default_rng(0).standard_normal(4 * _PAD_FRAMES * HOP_SAMPLES) * quiet
    before, after = np.split(hiss.astype(np.float32), [_PAD_FRAMES * HOP_SAMPLES])
    frames = LogMelTransform().frames(np.concatenate([before, samples, after]))
    power = 10.0 ** frames.astype(np.float64)
    return 10.0 * np.log10(power.mean(1)), 10.0 * np.log10(power[:, _UPPER_BANDS:].mean(1))
