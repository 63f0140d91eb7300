"""Doubtful marks of the rule are found: closing bursts, cut ends, weak followers."""

from __future__ import annotations

import numpy as np
import pytest

from coughd.detectors.ports import SAMPLE_RATE_HZ, Samples
from coughd.detectors.synthesis import synth_cough
from coughd.detectors.training.clips.certainty import NOT_COUGHED, with_certainty
from coughd.detectors.training.clips.pack import Span


def clip(onsets_s: list[float], gains: list[float], length_s: float = 3.0) -> Samples:
    rng = np.random.default_rng(5)
    samples = 1e-4 * rng.standard_normal(int(length_s * SAMPLE_RATE_HZ)).astype(np.float32)
    for onset_s, gain in zip(onsets_s, gains, strict=True):
        cough = gain * synth_cough(rng, duration_s=0.2, voiced_tail_s=0.0)
        start = int(onset_s * SAMPLE_RATE_HZ)
        samples[start : start + cough.size] += cough[: samples.size - start]
    return samples


def sure(samples: Samples, *spans: Span, name: str = "clip.flac") -> list[bool]:
    return [span.sure for span in with_certainty(samples, spans, name)]


def test_coughs_apart_are_sure() -> None:
    samples = clip([0.5, 1.5], [0.5, 0.3])
    assert sure(samples, Span(0.5, 0.7), Span(1.5, 1.7)) == [True, True]


def test_a_clip_may_begin_with_its_cough() -> None:
    assert sure(clip([0.0], [0.5]), Span(0.0, 0.2)) == [True]


def test_a_weaker_burst_right_after_a_cough_is_doubtful() -> None:
    samples = clip([0.5, 0.75], [0.5, 0.1])
    assert sure(samples, Span(0.5, 0.7), Span(0.75, 0.95)) == [True, False]


def test_another_as_loud_is_not() -> None:
    samples = clip([0.5, 0.75], [0.5, 0.5])
    assert sure(samples, Span(0.5, 0.7), Span(0.75, 0.95)) == [True, True]


@pytest.mark.parametrize(
    ("span", "why"),
    [
        (Span(0.5, 0.58), "too short"),
        (Span(1.5, 1.7), "nothing rises there"),
        (Span(2.9, 3.0), "cut off"),
    ],
)
def test_what_makes_a_mark_doubtful(span: Span, why: str) -> None:
    assert sure(clip([0.5, 2.9], [0.5, 0.5]), span) == [False], why


def test_a_clip_that_was_seen_to_hold_no_cough() -> None:
    name = min(NOT_COUGHED)
    assert sure(clip([0.5], [0.5]), Span(0.5, 0.7), name=name) == [False]
