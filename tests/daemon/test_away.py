"""The wall clock is set while a microphone is away: what was told of it is told rightly."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

from fakes import ListSink, block, opened
from listening_loop import bursts, hear
from simulated_clock import SimulatedClock

from coughd.daemon.sources.ports import Finished, Item, Lost
from coughd.storage.records import AnchorSet, EventFinished, SourceChanged, SourceSeen

SET_BY_S = 3_600
SET_BY_US = SET_BY_S * 1_000_000
BEGUN_US = SimulatedClock().utc_us()
TURN_S = 5.0
COUGH = bursts((20_000,), 80_000)
END = Finished("done", damaged=False)
PULLED = Lost("it was pulled", "gone")

Turn = Callable[[SimulatedClock], None]


def set_clock(clock: SimulatedClock) -> None:
    clock.set_wall_clock(SET_BY_S)


def hear_turns(items: Sequence[Item], after_turns: dict[int, Turn]) -> ListSink:
    """An item in each turn of five seconds; after some of them something befalls the clock."""
    clock = SimulatedClock()
    turns = itertools.count(1)

    def each_turn() -> None:
        clock.advance(TURN_S)
        if (befalls := after_turns.get(next(turns))) is not None:
            befalls(clock)

    return hear([("bed", items)], clock=clock, each_turn=each_turn, live=True)


def sound(turn: int) -> Item:
    """Five seconds with a cough, the first of their opening, heard by this turn."""
    return block(0, COUGH, SimulatedClock().monotonic_s() + (turn - 1) * TURN_S)


def corrections(sink: ListSink) -> list[AnchorSet]:
    return [one for one in sink.changes if isinstance(one, AnchorSet) and one.corrects_us]


def test_a_microphone_that_was_never_there_is_known_since_its_right_time() -> None:
    away = Lost("there is none", "unavailable")
    sink = hear_turns([away, END], {1: set_clock})

    first, right = (one for one in sink.changes if isinstance(one, SourceSeen))
    assert (first.utc_us, first.instead_of_us) == (BEGUN_US, None)
    assert (right.utc_us, right.instead_of_us) == (BEGUN_US + SET_BY_US, BEGUN_US)
    down, again, _ = (one for one in sink.changes if isinstance(one, SourceChanged))
    assert (down.utc_us, down.told_before) == (BEGUN_US, False)
    assert (again.utc_us, again.told_before) == (BEGUN_US + SET_BY_US, True)
    assert (again.state, again.cause) == ("down", "unavailable")


def test_a_clock_that_is_set_twice_moves_what_was_moved() -> None:
    away = Lost("there is none", "unavailable")
    sink = hear_turns([away, away, END], {1: set_clock, 2: set_clock})

    *_, last = (one for one in sink.changes if isinstance(one, SourceSeen))
    assert (last.utc_us, last.instead_of_us) == (BEGUN_US + 2 * SET_BY_US, BEGUN_US + SET_BY_US)


def test_what_was_heard_before_it_went_is_moved_by_an_anchor_at_its_end() -> None:
    items = [opened(), sound(2), PULLED, opened(), sound(5), END]
    sink = hear_turns(items, {3: set_clock})

    cough, later = (one for one in sink.changes if isinstance(one, EventFinished))
    (anchor,) = corrections(sink)
    assert (anchor.stretch_id, anchor.sample) == (cough.stretch_id, COUGH.size)
    assert anchor.corrects_us == SET_BY_US
    length_us = COUGH.size * 1_000_000 // 16_000
    assert anchor.utc_us == BEGUN_US + round(TURN_S * 1e6) + length_us + SET_BY_US
    assert later.onset_us - cough.onset_us == SET_BY_US + round(3 * TURN_S * 1e6)
    assert [one.utc_us for one in sink.changes if isinstance(one, SourceSeen)] == [BEGUN_US]


def test_each_setting_has_an_anchor_of_its_own() -> None:
    items = [opened(), sound(2), PULLED, PULLED, END]
    sink = hear_turns(items, {3: set_clock, 4: set_clock})

    first, second = corrections(sink)
    assert (first.sample, second.sample) == (COUGH.size, COUGH.size + 1)
    assert second.utc_us - first.utc_us == SET_BY_US + 1_000_000 // 16_000


def test_the_last_sound_may_come_just_before_the_clock_is_set() -> None:
    sink = hear_turns([opened(), sound(2), PULLED, END], {2: set_clock})

    (anchor,) = corrections(sink)
    assert anchor.corrects_us == SET_BY_US


def test_what_the_sound_has_corrected_is_not_corrected_again() -> None:
    later = block(COUGH.size, COUGH, SimulatedClock().monotonic_s() + 2 * TURN_S)
    sink = hear_turns([opened(), sound(2), later, PULLED, END], {2: set_clock})

    (anchor,) = corrections(sink)
    assert anchor.sample == COUGH.size


def test_a_machine_that_slept_meanwhile_has_told_the_truth() -> None:
    sink = hear_turns(
        [opened(), sound(2), PULLED, PULLED, END], {3: lambda clock: clock.sleep(SET_BY_S)}
    )
    assert corrections(sink) == []
    assert not any(one.told_before for one in sink.changes if isinstance(one, SourceChanged))


def test_what_was_heard_more_than_a_day_ago_stays() -> None:
    def a_day_passes(clock: SimulatedClock) -> None:
        clock.advance(86_400)

    sink = hear_turns(
        [opened(), sound(2), PULLED, PULLED, PULLED, END], {3: a_day_passes, 4: set_clock}
    )
    assert corrections(sink) == []
    again = [one for one in sink.changes if isinstance(one, SourceChanged) and one.told_before]
    assert [(one.state, one.cause) for one in again] == [("down", "gone")]
