"""Which groups are one."""

from __future__ import annotations

import numpy as np
import pytest
from facts_of_probes import examples, twice

from coughd.config.errors import InputError
from coughd.detectors.fitting.examples import fold_of_each
from coughd.detectors.fitting.same_sound import group_numbers, repeats

GROUPS = ("c", "a", "b", "a", "d")


@pytest.mark.parametrize(
    ("same", "numbers"),
    [
        ([], [2, 0, 1, 0, 3]),
        ([(0, 1)], [0, 0, 1, 0, 2]),
        ([(4, 0), (2, 4)], [1, 0, 1, 0, 1]),
        ([(4, 0), (2, 3), (1, 4), (0, 2)], [0, 0, 0, 0, 0]),
        ([(1, 3)], [2, 0, 1, 0, 3]),
    ],
)
def test_groups_that_share_a_sound_have_one_number(
    same: list[tuple[int, int]], numbers: list[int]
) -> None:
    assert group_numbers(GROUPS, same).tolist() == numbers


def test_a_repeat_is_the_same_to_the_last_bit() -> None:
    embeddings = np.ones((4, 3), np.float32)
    embeddings[1, 2] = np.nextafter(np.float32(1.0), np.float32(2.0))
    assert [*repeats(embeddings)] == [(0, 2), (0, 3)]


def test_no_sound_is_in_two_folds_under_two_names() -> None:
    given = examples(count=60)
    first, second = np.split(fold_of_each(twice(given)), 2)
    assert first.tolist() == second.tolist()


def test_what_two_names_hide_is_not_enough_to_fit_on() -> None:
    with pytest.raises(InputError, match="There are 2 groups with coughs"):
        fold_of_each(twice(examples(count=60, subjects=2)))
