"""Shares that rounding would make alike."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from coughd.storage.reading.shares import percent_below, percent_given


@pytest.mark.parametrize(
    ("share", "limit", "text"),
    [
        (0.25, 0.5, "25 %"),
        (0.4986, 0.5, "49.9 %"),
        (0.49996, 0.5, "49.996 %"),
        (0.4949, 0.495, "49 %"),
        (0.0, 0.5, "0 %"),
        (0.2899, 0.29, "28.99 %"),
        (0.9999, 1.0, "99.99 %"),
    ],
)
def test_a_share_below_its_limit_reads_so(share: float, limit: float, text: str) -> None:
    assert percent_below(share, limit) == text


@pytest.mark.parametrize(("share", "text"), [(0.5, "50 %"), (0.29, "29 %"), (0.625, "62.5 %")])
def test_a_chosen_share_is_written_as_it_was_chosen(share: float, text: str) -> None:
    assert percent_given(share) == text


@given(st.floats(0, 1), st.floats(0, 1))
def test_a_share_never_reads_like_its_limit(share: float, limit: float) -> None:
    assume(share < limit)
    assert percent_below(share, limit) != percent_given(limit)
