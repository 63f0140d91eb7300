from __future__ import annotations

import numpy as np
import pytest

from coughd.detectors.features import HOP_SAMPLES, WINDOW_FRAMES
from coughd.detectors.ports import EMBEDDING_SIZE, ONSET_IN_WINDOW
from coughd.detectors.training.networks.members import member_columns, member_sizes, member_view
from coughd.detectors.training.networks.views import CLOSE, WHOLE


@pytest.mark.parametrize("members", [1, 2, 3, 6])
def test_the_members_share_the_embedding_without_gap_or_overlap(members: int) -> None:
    numbers = np.arange(EMBEDDING_SIZE)
    pieces = [numbers[some] for some in member_columns(members)]
    assert [piece.size for piece in pieces] == member_sizes(members)
    assert np.concatenate(pieces).tolist() == numbers.tolist()


def test_the_last_one_gives_what_is_left() -> None:
    assert member_sizes(3) == [170, 170, 172]


def test_every_other_one_looks_closely_but_all_see_the_sound_that_is_judged() -> None:
    assert [member_view(number) for number in range(3)] == [WHOLE, CLOSE, WHOLE]
    onset_frame = ONSET_IN_WINDOW // HOP_SAMPLES
    for view in (WHOLE, CLOSE):
        first, after_last = view.frames
        assert first < onset_frame < after_last <= WINDOW_FRAMES
        assert len(view.centres_s) == len(view.spreads_s)
        assert first < view.centres_s[0] * 100 < view.centres_s[-1] * 100 < after_last
