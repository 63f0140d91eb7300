from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coughd.detectors.onsets import REACH_STEPS, Onset, OnsetDecoder

TRACKS = st.lists(st.floats(0.0, 1.0, width=32), max_size=120)


def decode(track: list[float], threshold: float = 0.3) -> list[Onset]:
    decoder = OnsetDecoder(threshold)
    found = (decoder.feed(score) for score in [*track, *[0.0] * (REACH_STEPS + 1)])
    return [onset for onset in found if onset is not None]


def bump(at: int, height: float, length: int = 60) -> list[float]:
    return [
        height if step == at else height / 2 if abs(step - at) == 1 else 0.0
        for step in range(length)
    ]


def together(*tracks: list[float]) -> list[float]:
    return [max(scores) for scores in zip(*tracks, strict=True)]


def test_a_bump_is_one_onset_at_its_top() -> None:
    assert [Onset(20.0, 0.8)] == decode(bump(20, 0.8))


def test_the_first_step_can_be_an_onset() -> None:
    assert [0.8] == [onset.score for onset in decode([0.8, 0.3, 0.0])]


def test_below_the_threshold_is_nothing() -> None:
    assert [] == decode(bump(20, 0.29))
    assert len(decode(bump(20, 0.3))) == 1


def test_three_coughs_on_one_breath_are_three() -> None:
    track = together(bump(10, 0.9), bump(27, 0.5), bump(44, 0.7))
    assert [10.0, 27.0, 44.0] == [onset.position_steps for onset in decode(track)]


def test_two_bumps_within_a_fifth_of_a_second_are_one() -> None:
    track = together(bump(10, 0.9), bump(18, 0.5))
    assert [10.0] == [onset.position_steps for onset in decode(track)]


def test_two_bumps_a_fifth_of_a_second_apart_are_two() -> None:
    track = together(bump(10, 0.9), bump(20, 0.5))
    assert [10.0, 20.0] == [onset.position_steps for onset in decode(track)]


def test_a_weak_bump_before_a_cough_does_not_hide_it() -> None:
    track = together(bump(11, 0.5), bump(20, 0.9))
    assert [20.0] == [onset.position_steps for onset in decode(track)]


def test_a_plateau_is_one_onset() -> None:
    assert 1 == len(decode([0.0] * 10 + [0.6] * 4 + [0.0] * 10))


def test_the_top_lies_between_two_steps() -> None:
    (onset,) = decode([0.0] * 10 + [0.2, 0.8, 0.7, 0.1] + [0.0] * 10)
    assert onset.position_steps == pytest.approx(11 + 0.5 * 0.5 / 0.7)


def test_a_step_is_decided_nine_steps_later() -> None:
    decoder = OnsetDecoder(0.3)
    assert decoder.decided_step == 0
    for _ in range(20):
        decoder.feed(0.0)
    assert decoder.decided_step == 11


@given(TRACKS)
def test_onsets_are_spaced_and_over_the_threshold(track: list[float]) -> None:
    decoder = OnsetDecoder(0.3)
    found = {step: onset for step, score in enumerate(track) if (onset := decoder.feed(score))}
    assert all(b - a >= 10 for a, b in pairwise(found))
    assert all(onset.score >= 0.3 for onset in found.values())


@given(TRACKS)
def test_nothing_appears_before_what_is_decided(track: list[float]) -> None:
    decoder = OnsetDecoder(0.3)
    decided = 0
    for score in track:
        onset = decoder.feed(score)
        if onset is not None:
            assert onset.position_steps >= decided - 0.5
        assert decoder.decided_step >= decided
        decided = decoder.decided_step
