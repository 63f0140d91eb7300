from __future__ import annotations

import numpy as np
import pytest

from coughd.detectors.ports import EMBEDDING_SIZE
from coughd.detectors.training.members import member_columns, member_sizes


@pytest.mark.parametrize("members", [1, 2, 3, 5])
def test_the_members_share_the_embedding_without_gap_or_overlap(members: int) -> None:
    numbers = np.arange(EMBEDDING_SIZE)
    pieces = [numbers[some] for some in member_columns(members)]
    assert [piece.size for piece in pieces] == member_sizes(members)
    assert np.concatenate(pieces).tolist() == numbers.tolist()


def test_the_last_one_gives_what_is_left() -> None:
    assert member_sizes(3) == [170, 170, 172]
