"""Sounds of the next room: they never count, whoever is asked."""

from __future__ import annotations

import numpy as np
from fakes import SoundProbe, cut
from listening_loop import ONSETS, Asked, bursts, hear
from numpy.typing import NDArray

from coughd.detectors.ports import Context, Verdict


class SureProbe(SoundProbe):
    """Gives every sound the same chance."""

    def __init__(self, probability: float) -> None:
        self._probability = probability

    def judge(self, embedding: NDArray[np.float32], context: Context | None = None) -> Verdict:
        return Verdict(self._probability, {"cough": self._probability, "other": 0.0})


def test_no_second_opinion_may_count_what_is_too_quiet() -> None:
    """Neither a sound that the probe counts, nor one that it refuses as well."""
    items = list(cut(bursts(ONSETS, 800_000), 1_600))
    levels = sorted(event.level_dbfs for event in hear([("a", items)]).events)
    minimum_level_dbfs = levels[len(levels) // 2]
    for probability in (0.9, 0.1):
        asked = Asked()
        sink = hear(
            [("a", items)],
            probe=SureProbe(probability),
            minimum_level_dbfs=minimum_level_dbfs,
            second_opinion=asked,
        )
        whole = [event for event in sink.events if event.window == "complete"]
        loud = [event for event in whole if event.level_dbfs >= minimum_level_dbfs]
        assert 0 < len(loud) < len(whole)
        assert [event.event_id for event in loud] == asked.ids
