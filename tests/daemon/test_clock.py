from collections.abc import Callable, Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from simulated_clock import SimulatedClock

from coughd.daemon.clock import SystemClock, Timeline, utc_at
from coughd.daemon.sources.ports import Block, Opened
from coughd.storage.records import AnchorSet

RATE_HZ = 1_000
BLOCK_S = 0.1


def opened(starts_at_us: int | None = None, first_sample: int = 0) -> Opened:
    return Opened(RATE_HZ, 1, first_sample, starts_at_us, "a test")


def block(first_sample: int, monotonic_s: float | None, samples: int = 100) -> Block:
    silence = np.zeros(samples, np.float32)
    return Block(first_sample, silence, silence, monotonic_s)


def live_blocks(
    clock: SimulatedClock, seconds: float, *, first_sample: int = 0, drift: float = 0.0
) -> Iterator[Block]:
    """What a microphone hands over, 30 ms after it was heard."""
    for index in range(round(seconds / BLOCK_S)):
        heard_s = clock.monotonic_s()
        clock.advance(0.03)
        yield block(first_sample + index * 100, heard_s)
        clock.advance(BLOCK_S * (1 + drift) - 0.03)


def test_a_live_stretch_is_tied_to_when_it_was_heard() -> None:
    clock = SimulatedClock()
    begin_us = clock.utc_us()
    timeline = Timeline("mic", "stretch", opened(), 0)
    anchors = [anchor for one in live_blocks(clock, 60) for anchor in timeline.hear(one, clock)]
    assert anchors == [AnchorSet("mic", "stretch", 0, RATE_HZ, 10_000_000, begin_us, RATE_HZ)]
    assert timeline.utc_us(59_000) == begin_us + 59_000_000


@pytest.mark.parametrize("step_s", [3_600.0, -3_600.0, 0.7])
def test_a_clock_set_within_the_first_day_corrects_what_was_heard_before(step_s: float) -> None:
    clock = SimulatedClock()
    right_us = clock.utc_us() + round(step_s * 1e6)
    timeline = Timeline("mic", "stretch", opened(), 0)
    for one in live_blocks(clock, 20):
        timeline.hear(one, clock)
    clock.set_wall_clock(step_s)
    (anchor,) = (
        a for b in live_blocks(clock, 5, first_sample=20_000) for a in timeline.hear(b, clock)
    )
    assert (anchor.sample, anchor.corrects_us) == (20_000, round(step_s * 1e6))
    assert [timeline.utc_us(sample) - right_us for sample in (0, 19_999, 21_000)] == [
        0,
        19_999_000,
        21_000_000,
    ]


def after_a_day(step: Callable[[SimulatedClock], None]) -> tuple[list[AnchorSet], Timeline, int]:
    """What a step tells that comes when a stretch is a day old, and when the stretch began."""
    clock = SimulatedClock()
    begin_us = clock.utc_us()
    timeline = Timeline("mic", "stretch", opened(), 0)
    timeline.hear(block(0, clock.monotonic_s()), clock)
    clock.advance(86_401.0)
    timeline.hear(block(86_401_000, clock.monotonic_s()), clock)
    step(clock)
    told = timeline.hear(block(86_401_100, clock.monotonic_s()), clock)
    return told, timeline, begin_us


@pytest.mark.parametrize("step_s", [3_600.0, -3_600.0])
def test_later_a_clock_step_moves_later_samples_only(step_s: float) -> None:
    (anchor,), timeline, begin_us = after_a_day(lambda clock: clock.set_wall_clock(step_s))
    begin, end = 86_401_000, 86_401_200
    step_us = round(step_s * 1e6)
    assert timeline.utc_us(begin) == begin_us + begin * 1_000
    assert timeline.utc_us(end) == pytest.approx(begin_us + end * 1_000 + step_us, abs=100_000)
    pieces = [*timeline.pieces(begin, end)]
    assert [piece[:2] for piece in pieces] == [(begin, begin + 100), (begin + 100, end)]
    assert pieces[1][2] == anchor


def test_what_was_heard_before_the_machine_slept_keeps_its_time() -> None:
    clock = SimulatedClock()
    begin_us = clock.utc_us()
    timeline = Timeline("mic", "stretch", opened(), 0)
    for one in live_blocks(clock, 20):
        timeline.hear(one, clock)
    clock.sleep(8 * 3_600.0)
    (anchor,) = (
        a for b in live_blocks(clock, 5, first_sample=20_000) for a in timeline.hear(b, clock)
    )
    assert anchor.corrects_us == 0
    assert timeline.utc_us(19_999) == begin_us + 19_999_000
    assert timeline.utc_us(20_000) == begin_us + 20_000_000 + 8 * 3_600_000_000


@pytest.mark.parametrize(
    ("rate_hz", "drift"), [(16_000, 2e-4), (44_100, -2e-4), (48_000, 2e-5), (96_000, 0.0)]
)
def test_a_sound_card_of_any_rate_is_never_20_ms_off_in_a_day(rate_hz: int, drift: float) -> None:
    """Blocks of half a second, each told up to 30 ms late, for 24 simulated hours."""
    clock = SimulatedClock()
    timeline = Timeline("mic", "stretch", Opened(rate_hz, 1, 0, None, "a test"), 0)
    anchors: list[AnchorSet] = []
    nothing = np.zeros(1, np.float32)
    late_s = np.random.default_rng(7).uniform(0.0, 0.03, 24 * 3_600 * 2)
    to_utc_us = clock.utc_us() - round(clock.monotonic_s() * 1e6)
    first_heard_s = clock.monotonic_s()
    worst_us = 0
    for index, late in enumerate(late_s.tolist()):
        sample = index * rate_hz // 2
        heard_s = first_heard_s + sample / (rate_hz * (1 + drift))
        clock.advance(heard_s + 0.5 + late - clock.monotonic_s())
        anchors += timeline.hear(Block(sample, nothing, nothing, heard_s + late), clock)
        onset_us = round(heard_s * 1e6) + to_utc_us
        if index > 20:  # by then one block at least was told in time
            worst_us = max(worst_us, abs(timeline.utc_us(sample) - onset_us))
    assert worst_us < 20_000
    assert len(anchors) < 100
    assert anchors[-1].device_rate_hz == pytest.approx(rate_hz * (1 + drift), rel=5e-6)
    assert all(abs(a.utc_us - a.monotonic_us - to_utc_us) <= 1 for a in anchors)


def test_an_early_block_corrects_a_first_one_that_was_late() -> None:
    clock = SimulatedClock()
    begin_us = clock.utc_us()
    timeline = Timeline("mic", "stretch", opened(), 0)
    timeline.hear(block(0, clock.monotonic_s() + 0.4), clock)
    clock.advance(0.1)
    (anchor,) = timeline.hear(block(100, clock.monotonic_s()), clock)
    assert (anchor.sample, anchor.utc_us) == (100, begin_us + 100_000)


def test_a_late_block_alone_moves_nothing() -> None:
    clock = SimulatedClock()
    timeline = Timeline("mic", "stretch", opened(), 0)
    timeline.hear(block(0, clock.monotonic_s()), clock)
    anchors = []
    for second in range(1, 60):
        clock.advance(1)
        late_s = 0.4 if second % 7 == 0 else 0.0
        anchors += timeline.hear(block(second * RATE_HZ, clock.monotonic_s() + late_s), clock)
    assert anchors == []


def test_a_steady_source_writes_its_rate_down_every_hour() -> None:
    clock = SimulatedClock()
    timeline = Timeline("mic", "stretch", opened(), 0)
    anchors = []
    for second in range(3 * 3_600):
        anchors += timeline.hear(block(second * RATE_HZ, clock.monotonic_s()), clock)
        clock.advance(1)
    first, *later = anchors
    assert len(later) == 2
    assert all(utc_at(first, anchor.sample) == anchor.utc_us for anchor in later)


def test_a_file_with_a_known_start_asks_no_clock_again() -> None:
    clock = SimulatedClock()
    timeline = Timeline("file", "stretch", opened(starts_at_us=5_000_000, first_sample=0), 2_000)
    (anchor,) = timeline.hear(block(2_000, clock.monotonic_s()), clock)
    assert (anchor.sample, anchor.utc_us) == (2_000, 7_000_000)
    clock.set_wall_clock(100)
    clock.advance(50)
    assert timeline.hear(block(2_100, clock.monotonic_s()), clock) == []


def test_a_fast_file_runs_from_its_opening() -> None:
    clock = SimulatedClock()
    timeline = Timeline("file", "stretch", opened(), 0)
    (anchor,) = timeline.hear(block(0, None), clock)
    assert anchor.utc_us == clock.utc_us()
    clock.set_wall_clock(100)
    assert timeline.hear(block(100, None), clock) == []


def test_a_counted_loss_does_not_tear_the_time() -> None:
    clock = SimulatedClock()
    before = Timeline("mic", "one", opened(), 0)
    for one in live_blocks(clock, 20):
        before.hear(one, clock)
    clock.advance(3)
    after = Timeline("mic", "two", opened(), 23_000, before)
    late_s = clock.monotonic_s() + 0.04
    (anchor,) = after.hear(block(23_000, late_s), clock)
    assert (anchor.stretch_id, anchor.sample) == ("two", 23_000)
    assert anchor.utc_us == before.utc_us(23_000)


@settings(deadline=None)
@given(
    rate_hz=st.sampled_from([8_000, 11_025, 44_100, 192_000]),
    samples=st.lists(st.integers(0, 10**12), min_size=2),
)
def test_the_mapping_never_falls_and_its_spans_add_up(rate_hz: int, samples: list[int]) -> None:
    anchor = AnchorSet("mic", "stretch", 7, rate_hz, 0, 1_790_000_000_000_000, rate_hz)
    samples.sort()
    times_us = [utc_at(anchor, sample) for sample in samples]
    assert times_us == sorted(times_us)
    assert (
        abs((times_us[-1] - times_us[0]) * rate_hz - (samples[-1] - samples[0]) * 10**6) < rate_hz
    )


def test_the_system_clock_grows() -> None:
    clock = SystemClock()
    assert clock.monotonic_s() <= clock.monotonic_s()
    assert clock.utc_us() > 1_700_000_000_000_000
