"""The wall clock is set while a source is heard: what was told by the wrong one is told rightly."""

from __future__ import annotations

import itertools

import numpy as np
from fakes import block, opened
from listening_loop import hear
from simulated_clock import SimulatedClock

from coughd.daemon.sources.ports import Finished, Item
from coughd.storage.records import SourceChanged

BLOCK = 1_600


def test_a_sources_state_is_told_again_with_its_right_time() -> None:
    clock = SimulatedClock()
    begun_us = clock.utc_us()
    turns = itertools.count(1)

    def each_turn() -> None:
        """A block for each turn; the clock is set after the fifth."""
        clock.advance(BLOCK / 16_000)
        if next(turns) == 5:
            clock.set_wall_clock(3_600.0)

    quiet = np.full(BLOCK, 0.01, np.float32) * np.resize([1, -1], BLOCK)
    first_s = clock.monotonic_s()
    blocks = [block(n * BLOCK, quiet, first_s + n * BLOCK / 16_000) for n in range(20)]
    items: list[Item] = [opened(), *blocks, Finished("done", damaged=False)]
    sink = hear([("a", items)], clock=clock, each_turn=each_turn)

    up, again, down = (one for one in sink.changes if isinstance(one, SourceChanged))
    assert (up.utc_us, up.told_before) == (begun_us, False)
    assert (again.state, again.cause, again.told_before) == ("up", "opened", True)
    assert again.utc_us == begun_us + 3_600_000_000
    assert (down.state, down.told_before) == ("down", False)
