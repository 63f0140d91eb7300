from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from coughd.detectors.ports import LABELS
from coughd.detectors.training.pack import Mark
from coughd.detectors.training.targets import frame_targets, match_onsets

TIMES = st.lists(st.floats(0.0, 10.0), max_size=8)


def test_a_cough_is_active_and_has_an_onset() -> None:
    targets = frame_targets([Mark(0.1, 0.2, "cough", 10.0)], 20)
    assert list(targets[0, 4:11]) == [0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.0]
    assert list(targets[-1, 3:8]) == [0.0, 0.5, 1.0, 0.5, 0.0]


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
