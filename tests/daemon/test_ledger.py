from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simulated_clock import SimulatedClock

from coughd.daemon.clock import STEP_US, Timeline
from coughd.daemon.ledger import Ledger
from coughd.daemon.sources.ports import Block, Opened
from coughd.detectors.synthesis import room_noise
from coughd.storage.records import Covered

RATE_HZ = 8_000
LOW_RATE_HZ = 1
"""A cell is one sample here, so that days are quickly simulated."""
TEN_MINUTES = [0.1, -0.1] * 300

Span = tuple[str, int, int]


class Listener:
    """A source, its clock and its ledgers, block by block."""

    def __init__(self, rate_hz: int, clock: SimulatedClock, first_sample: int = 0) -> None:
        self.rate_hz = rate_hz
        self.clock = clock
        self.next_sample = first_sample
        self.stretches = 0
        self.received = 0
        self.lost = 0
        self.told: list[Covered] = []
        self._begin(None, None)

    def hear(self, samples: Iterable[float], late_s: float = 0.0) -> None:
        sound = np.asarray(samples, np.float32)
        heard_s = self.clock.monotonic_s() + late_s
        block = Block(self.next_sample, sound, np.abs(sound), heard_s)
        for told in self.timeline.hear(block, self.clock):
            self.ledger.correct(told.corrects_us)
            # As the store does with what it was told before.
            self.told = [moved(one, told.corrects_us) for one in self.told]
        self.told += self.ledger.hear(block)
        self.next_sample += sound.size
        self.received += sound.size
        self.clock.advance(sound.size / self.rate_hz)

    def lose(self, samples: int) -> None:
        self.ledger.lose(samples)
        self.told += self.ledger.finish()
        self.next_sample += samples
        self.lost += samples
        self.clock.advance(samples / self.rate_hz)
        self._begin(self.timeline, self.ledger)

    def finish(self) -> list[Covered]:
        """All intervals as a store keeps them: the last word on each start."""
        self.told += self.ledger.finish()
        return list({(one.stretch_id, one.start_sample): one for one in self.told}.values())

    def _begin(self, after: Timeline | None, former: Ledger | None) -> None:
        name = f"stretch {self.stretches}"
        self.stretches += 1
        opened = Opened(self.rate_hz, 1, 0, None, "a test")
        self.timeline = Timeline("mic", name, opened, self.next_sample, after)
        self.ledger = Ledger("mic", name, self.timeline, self.rate_hz, 2.0, former)


def moved(interval: Covered, by_us: int) -> Covered:
    return replace(interval, start_us=interval.start_us + by_us, end_us=interval.end_us + by_us)


def room(seconds: float, level_dbfs: float = -60.0) -> list[float]:
    sound: list[float] = room_noise(
        round(seconds * RATE_HZ), level_dbfs, np.random.default_rng(1)
    ).tolist()
    return sound


def spans(intervals: Iterable[Covered]) -> list[Span]:
    return [(one.state, one.start_sample, one.end_sample) for one in intervals]


def test_states_become_intervals_that_touch() -> None:
    listener = Listener(RATE_HZ, SimulatedClock())
    listener.hear(room(1))
    listener.hear([0.0] * (3 * RATE_HZ))
    listener.hear([1.0, -1.0] * RATE_HZ)
    listener.lose(500)
    listener.hear(room(0.55))
    assert spans(listener.finish()) == [
        ("ok", 0, 8_000),
        ("silent", 8_000, 32_000),
        ("clipped", 32_000, 48_000),
        ("dropped", 48_000, 48_500),
        ("ok", 48_500, 52_900),
    ]


def test_a_quiet_room_is_ok_and_has_its_noise_floor() -> None:
    listener = Listener(RATE_HZ, SimulatedClock())
    quiet = np.round(np.array(room(10, -75.0)) * 32_768) / 32_768
    listener.hear(quiet.tolist())
    listener.hear(room(1, -20.0))
    (interval,) = listener.finish()
    assert interval.state == "ok"
    assert interval.noise_dbfs == pytest.approx(-75, abs=2)


def test_silence_has_no_noise_floor_and_is_seen_at_once() -> None:
    listener = Listener(RATE_HZ, SimulatedClock())
    listener.hear(room(1))
    listener.hear([0.0] * (2 * RATE_HZ - 1))
    assert listener.ledger.decided == []
    listener.hear([0.0])
    assert [one.state for one in listener.ledger.decided] == ["silent"]
    assert listener.finish()[-1].noise_dbfs is None


def test_progress_tells_a_lasting_interval_further_each_time() -> None:
    listener = Listener(RATE_HZ, SimulatedClock())
    assert listener.ledger.progress() == []
    listener.hear(room(1.05))
    (first,) = listener.ledger.progress()
    assert listener.ledger.progress() == []
    listener.hear(room(1))
    (second,) = listener.ledger.progress()
    assert spans([first, second]) == [("ok", 0, 8_000), ("ok", 0, 16_000)]
    assert listener.ledger.covered_sample == 16_000
    assert spans(listener.ledger.finish()) == [("ok", 0, 16_400)]


def test_a_lasting_state_is_told_every_quarter_of_an_hour() -> None:
    listener = Listener(LOW_RATE_HZ, SimulatedClock())
    for _ in range(6):
        listener.hear(TEN_MINUTES)
    lengths_s = [one.end_sample - one.start_sample for one in listener.finish()]
    assert lengths_s == [900] * 4


def test_a_source_that_drops_before_a_cell_is_full_adds_up() -> None:
    listener = Listener(RATE_HZ, SimulatedClock(), first_sample=77)
    listener.hear([0.1])
    listener.lose(9)
    listener.hear([0.2, 0.3])
    listener.lose(0)
    assert spans(listener.finish()) == [("ok", 77, 78), ("dropped", 78, 87), ("ok", 87, 89)]


def local_us(zone: str, year: int, month: int, day: int) -> int:
    return round(datetime(year, month, day, tzinfo=ZoneInfo(zone)).timestamp() * 1_000_000)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Zurich", (2026, 10, 25), 25),
        ("Europe/Zurich", (2026, 3, 29), 23),
        ("Asia/Kathmandu", (2026, 11, 21), 24),
    ],
)
def test_a_local_day_adds_up(zone: str, day: tuple[int, int, int], hours: int) -> None:
    begin_us = local_us(zone, *day)
    following = datetime(*day) + timedelta(days=1)  # noqa: DTZ001 - a date of the wall calendar
    end_us = local_us(zone, following.year, following.month, following.day)
    clock = SimulatedClock(begin_us - 3_600_000_000)
    listener = Listener(LOW_RATE_HZ, clock)
    while clock.utc_us() < end_us + 3_600_000_000:
        listener.hear(TEN_MINUTES)
        listener.lose(7)
    covered_us = dict.fromkeys(("ok", "dropped"), 0)
    for one in listener.finish():
        inside_us = min(one.end_us, end_us) - max(one.start_us, begin_us)
        covered_us[one.state] += max(0, inside_us)
    assert sum(covered_us.values()) == hours * 3_600_000_000
    assert covered_us["dropped"] == pytest.approx(hours * 3_600_000_000 * 7 / 607, rel=0.01)


@pytest.mark.parametrize("step_s", [3_600.0, -3_600.0])
def test_a_clock_step_splits_the_coverage_and_loses_nothing(step_s: float) -> None:
    clock = SimulatedClock()
    begin_us = clock.utc_us()
    listener = Listener(RATE_HZ, clock)
    listener.hear(room(1.25))
    clock.set_wall_clock(step_s)
    begin_us += round(step_s * 1_000_000)
    listener.hear(room(1.25))
    before, after = listener.finish()
    assert spans([before, after]) == [("ok", 0, 10_000), ("ok", 10_000, 20_000)]
    assert (before.start_us, before.end_us) == (begin_us, begin_us + 1_250_000)
    assert after.start_us == before.end_us
    assert after.end_us - after.start_us == 1_250_000


@pytest.mark.parametrize("late_s", [0.03, 0.4])
def test_a_first_block_that_was_late_has_no_moment_heard_twice(late_s: float) -> None:
    listener = Listener(RATE_HZ, SimulatedClock())
    listener.hear(room(0.1), late_s)
    for _ in range(10):
        listener.hear(room(0.1))
    listener.hear([1.0, -1.0] * RATE_HZ)
    intervals = listener.finish()
    assert spans(intervals) == [("ok", 0, 800), ("ok", 800, 8_800), ("clipped", 8_800, 24_800)]
    assert [one.end_us for one in intervals[:-1]] == [one.start_us for one in intervals[1:]]
    assert intervals[-1].end_us == listener.clock.utc_us()


@pytest.mark.parametrize("sooner_s", [0.0, 0.2])
def test_a_loss_that_was_counted_wrongly_has_no_moment_heard_twice(sooner_s: float) -> None:
    listener = Listener(RATE_HZ, SimulatedClock())
    listener.hear(room(1))
    listener.lose(RATE_HZ)
    listener.clock.advance(-sooner_s)
    listener.hear(room(1))
    intervals = listener.finish()
    assert [one.end_us for one in intervals[:-1]] == [one.start_us for one in intervals[1:]]
    assert intervals[-1].end_us == listener.clock.utc_us()


def test_a_loss_soon_after_the_clock_ran_back_has_no_moment_heard_twice() -> None:
    """Set back by less than what counts as a step, and no time to wait until it has caught up."""
    listener = Listener(RATE_HZ, SimulatedClock())
    listener.hear(room(1))
    listener.clock.set_wall_clock(-0.4)
    listener.hear(room(0.1))
    for lost in (0, 100, RATE_HZ):
        listener.lose(lost)
        listener.hear(room(0.1))
    intervals = listener.finish()
    assert [one.end_us for one in intervals[:-1]] == [one.start_us for one in intervals[1:]]
    assert intervals[-1].end_us == listener.clock.utc_us()


ACTIONS = st.lists(
    st.one_of(
        st.tuples(st.just("room"), st.integers(1, 40_000)),
        st.tuples(st.just("dead"), st.integers(1, 40_000)),
        st.tuples(st.just("loud"), st.integers(1, 5_000)),
        st.tuples(st.just("lose"), st.integers(0, 90_000)),
        st.tuples(st.just("step"), st.integers(-5_000, 5_000)),
        st.tuples(st.just("tell"), st.just(0)),
    ),
    max_size=25,
)


@settings(deadline=None)
@given(rate_hz=st.sampled_from([8_000, 11_025, 44_100]), actions=ACTIONS)
def test_every_sample_is_in_exactly_one_interval(
    rate_hz: int, actions: list[tuple[str, int]]
) -> None:
    clock = SimulatedClock()
    listener = Listener(rate_hz, clock)
    dither = np.random.default_rng(0).uniform(-0.01, 0.01, 40_000)
    listener.hear(dither[:100])
    for action, size in actions:
        match action:
            case "room":
                listener.hear(dither[:size])
            case "dead":
                listener.hear(np.zeros(size))
            case "loud":
                listener.hear(np.ones(size) * np.sign(dither[:size]))
            case "lose":
                listener.lose(size)
                listener.hear(dither[:1])
            case "step":
                clock.set_wall_clock(size / 1_000)
            case _:
                listener.told += listener.ledger.progress()
    intervals = listener.finish()
    total = sum(one.end_sample - one.start_sample for one in intervals)
    assert total == listener.received + listener.lost
    for one, following in pairwise(intervals):
        assert one.start_sample < one.end_sample == following.start_sample
        if abs(following.start_us - one.end_us) <= STEP_US:
            assert following.start_us == one.end_us
    assert all(one.start_us <= one.end_us for one in intervals)
