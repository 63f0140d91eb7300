from simulated_clock import SimulatedClock

from coughd.daemon.supervision.running_since import RunningSince

HOUR_S = 3_600.0


def test_it_is_when_it_was_made() -> None:
    clock = SimulatedClock()
    begun_us = clock.utc_us()
    since = RunningSince(clock)
    clock.advance(HOUR_S)
    assert since.utc_us() == begun_us


def test_a_clock_that_is_set_corrects_it() -> None:
    clock = SimulatedClock()
    since = RunningSince(clock)
    clock.advance(HOUR_S)
    clock.set_wall_clock(365 * 24 * HOUR_S)
    assert clock.utc_us() - since.utc_us() == HOUR_S * 1_000_000


def test_a_clock_that_is_slewed_leaves_it() -> None:
    clock = SimulatedClock()
    begun_us = clock.utc_us()
    since = RunningSince(clock)
    clock.set_wall_clock(0.3)
    assert since.utc_us() == begun_us


def test_sleep_counts() -> None:
    clock = SimulatedClock()
    begun_us = clock.utc_us()
    since = RunningSince(clock)
    clock.sleep(HOUR_S)
    assert since.utc_us() == begun_us
