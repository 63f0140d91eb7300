"""What stood before a sound reaches the probe that judges it."""

from __future__ import annotations

import numpy as np
from fakes import SoundProbe, block, opened
from listening_loop import bursts, hear
from numpy.typing import NDArray

from coughd.daemon.sources.ports import Finished, Gap, Item
from coughd.detectors.ports import Context, Verdict


class ListeningProbe(SoundProbe):
    """Remembers the context of every embedding."""

    def __init__(self) -> None:
        self.heard: list[Context | None] = []

    def judge(self, embedding: NDArray[np.float32], context: Context | None = None) -> Verdict:
        self.heard.append(context)
        return super().judge(embedding)


def test_each_embedding_is_judged_with_what_stood_before_it_in_its_stretch() -> None:
    sound = bursts((16_000, 32_000, 48_000, 100_000, 116_000), 160_000)
    probe = ListeningProbe()
    items: list[Item] = [
        opened(),
        block(0, sound[:104_000]),
        Gap(104_000, 800, "it was full"),
        block(104_800, sound[104_800:]),
        Finished("to its end", damaged=False),
    ]
    sink = hear([("a", items)], probe=probe)

    judged = [event for event in sink.events if event.window == "complete"]
    assert [16_000, 32_000, 48_000, 116_000] == [event.onset_sample for event in judged]
    said = [event.scored.probability for event in judged]
    assert None not in said
    first, second, third, beyond = [one for one in probe.heard if one is not None]
    assert (first.before, second.before) == (0.0, said[0])
    assert third.before == max(one or 0.0 for one in said[:2])
    assert beyond.before == 0.0  # what came before the gap is another stretch's
    assert [event.gate_score for event in judged] == [
        one.gate_score for one in (first, second, third, beyond)
    ]
