"""The wall clock is set while a source is heard: what was told by the wrong one is told rightly."""

from __future__ import annotations

import itertools

import numpy as np
from fakes import ListSink, block, opened
from listening_loop import bursts, hear
from numpy.typing import NDArray
from simulated_clock import SimulatedClock

from coughd.daemon.sources.ports import Finished, Gap, Item, Lost
from coughd.storage.records import AnchorSet, Covered, EpochEnded, EventFinished, SourceChanged

BLOCK = 1_600
BEGUN_US = SimulatedClock().utc_us()
SET_BY_US = 3_600_000_000


def hear_while_the_clock_is_set(sound: NDArray[np.float32], after_blocks: int) -> ListSink:
    """A block for each turn of the loop; after so many the wall clock is set."""
    clock = SimulatedClock()
    turns = itertools.count(1)

    def each_turn() -> None:
        clock.advance(BLOCK / 16_000)
        if next(turns) == after_blocks:
            clock.set_wall_clock(SET_BY_US / 1_000_000)

    first_s = clock.monotonic_s()
    blocks = [
        block(start, sound[start : start + BLOCK], first_s + start / 16_000)
        for start in range(0, sound.size, BLOCK)
    ]
    items: list[Item] = [opened(), *blocks, Finished("done", damaged=False)]
    return hear([("a", items)], clock=clock, each_turn=each_turn)


def test_a_sources_state_is_told_again_with_its_right_time() -> None:
    sink = hear_while_the_clock_is_set(bursts((), 20 * BLOCK), after_blocks=5)

    up, again, down = (one for one in sink.changes if isinstance(one, SourceChanged))
    assert (up.utc_us, up.told_before) == (BEGUN_US, False)
    assert (again.state, again.cause, again.told_before) == ("up", "opened", True)
    assert again.utc_us == BEGUN_US + SET_BY_US
    assert (down.state, down.told_before) == ("down", False)


def test_what_lasts_over_the_setting_is_told_by_the_right_clock() -> None:
    """An epoch that is not over, and the coverage: the store knows nothing of them yet."""
    sink = hear_while_the_clock_is_set(bursts((20_000,), 80_000), after_blocks=33)

    (cough,) = (one for one in sink.changes if isinstance(one, EventFinished))
    (epoch,) = (one for one in sink.changes if isinstance(one, EpochEnded))
    assert cough.onset_us == BEGUN_US + 1_250_000
    assert (epoch.onset_us, epoch.offset_us) == (
        cough.onset_us + SET_BY_US,
        cough.offset_us + SET_BY_US,
    )
    told_later = sink.changes[sink.changes.index(cough) + 1 :]
    covered = [one for one in told_later if isinstance(one, Covered)]
    assert covered[0].start_us == BEGUN_US + SET_BY_US
    assert covered[-1].end_us == BEGUN_US + SET_BY_US + 5_000_000


def test_a_new_opening_keeps_no_clock_although_a_gap_came_before_it() -> None:
    clock = SimulatedClock()
    first_s = clock.monotonic_s()
    quiet = bursts((), BLOCK)
    items: list[Item] = [
        opened(),
        block(0, quiet, first_s),
        Gap(BLOCK, 800, "the pipe was full"),
        Lost("it was pulled", "gone"),
        opened(),
        block(0, quiet, first_s + 60.0),
        Finished("done", damaged=False),
    ]
    sink = hear([("a", items)], clock=clock, each_turn=lambda: clock.advance(15.0))

    anchors = [one for one in sink.changes if isinstance(one, AnchorSet)]
    assert [one.utc_us for one in anchors] == [BEGUN_US, BEGUN_US + 60_000_000]
