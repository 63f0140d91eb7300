from __future__ import annotations

import pytest

from coughd.detectors.hear.stillness import Stillness


@pytest.mark.parametrize(
    ("ticks", "expected"),
    [
        ([1, 1, 1, 1], [False, False, True, True]),
        ([1, 2, 3, 4], [False] * 4),
        ([1, 1, 2, 2, 2], [False, False, False, False, True]),
        ([1, 1, None, 1, 1, 1], [False, False, False, False, False, True]),
        ([None, None, None], [False] * 3),
    ],
)
def test_only_time_without_ticks_while_something_is_owed_counts(
    ticks: list[int | None], expected: list[bool]
) -> None:
    stillness = Stillness(20.0)
    assert expected == [stillness.lasts(10.0 * turn, used) for turn, used in enumerate(ticks)]
