from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coughd.detectors.ports import LABELS
from coughd.detectors.training.clips.pack import Mark
from coughd.detectors.training.networks.targets import (
    DOUBTFUL,
    frame_targets,
    label_at,
    match_onsets,
)

TIMES = st.lists(st.floats(0.0, 10.0), max_size=8)


def test_a_cough_is_active_and_has_an_onset() -> None:
    targets = frame_targets([Mark(0.1, 0.2, "cough", 10.0)], 20)
    assert list(targets[0, 4:11]) == [0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0]
    assert list(targets[-1, 3:8]) == [0.0, 0.5, 1.0, 0.5, 0.0]


def test_a_doubtful_cough_asks_for_nothing() -> None:
    marks = [Mark(0.1, 0.2, "cough", 10.0), Mark(0.3, 0.4, "cough", 10.0, sure=False)]
    targets = frame_targets(marks, 30)
    assert list(targets[0, 5:10]) == [1.0] * 5
    assert list(targets[0, 15:20]) == [DOUBTFUL] * 5
    assert list(targets[-1, 4:7]) == [0.5, 1.0, 0.5]
    assert set(targets[-1, 9:21]) == {DOUBTFUL}


def test_another_sound_has_none() -> None:
    targets = frame_targets([Mark(0.1, 0.2, "sneeze", 10.0)], 20)
    assert targets[LABELS.index("sneeze")].sum() == 5
    assert not targets[-1].any()


def test_the_nearest_claim_wins() -> None:
    assert match_onsets([1.0, 1.1], [1.12], 0.2) == [(1, 0)]


@given(TIMES, TIMES)
def test_pairs_are_one_to_one_and_near(claims: list[float], truths: list[float]) -> None:
    pairs = match_onsets(claims, truths, 0.15)
    assert len({i for i, _ in pairs}) == len({j for _, j in pairs}) == len(pairs)
    assert all(abs(claims[i] - truths[j]) <= 0.15 for i, j in pairs)


A_COUGH = Mark(2.0, 2.3, "cough", 10.0)
A_DOUBTFUL_ONE = Mark(4.0, 4.2, "cough", 10.0, sure=False)
A_LAUGH = Mark(6.0, 6.5, "laugh", 10.0)


@pytest.mark.parametrize(
    ("time_s", "label"),
    [
        (2.1, "cough"),
        (2.15, None),
        (1.7, "other"),
        (4.0, None),
        (4.3, "other"),
        (6.2, "laugh"),
        (9.0, "other"),
    ],
)
def test_a_claim_is_called_by_what_begins_there(time_s: float, label: str | None) -> None:
    assert label_at(time_s, [A_COUGH, A_DOUBTFUL_ONE, A_LAUGH]) == label
