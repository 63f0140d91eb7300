from __future__ import annotations

from dataclasses import replace

from fakes import FakeClock

from coughd.daemon.supervision.latest import Latency, LatestEvents
from coughd.storage.records import AnchorSet

from ...storage.facts import RATE_HZ, SOURCE, STRETCH, event


def test_delays_are_those_of_live_sources() -> None:
    clock = FakeClock()
    latest = LatestEvents({"mic"}, clock)
    assert latest.latency is None
    latest.note(replace(event(), source_id="old-file", onset_us=0))
    assert latest.latency is None
    for delay_ms in (1_000, 5_000, 2_000, 3_000, 4_000):
        onset_us = clock.utc_us() - delay_ms * 1_000
        latest.note(replace(event(), source_id="mic", onset_us=onset_us))
    assert latest.latency == Latency(5, 3.0, 5.0)


def test_only_the_latest_delays_are_remembered() -> None:
    clock = FakeClock()
    latest = LatestEvents({"mic"}, clock)
    for delay_us in (9_000_000, *[1_000_000] * 64):
        latest.note(replace(event(), source_id="mic", onset_us=clock.utc_us() - delay_us))
    assert latest.latency == Latency(64, 1.0, 1.0)


def test_the_last_cough_is_the_last_one_counted() -> None:
    latest = LatestEvents(set(), FakeClock())
    latest.note(replace(event(), source_id="mic", onset_us=5))
    latest.note(replace(event(counted=False), source_id="mic", onset_us=9))
    assert latest.last_cough_us("mic") == 5
    assert latest.last_cough_us("other") is None


def test_a_clock_that_is_set_corrects_the_last_cough() -> None:
    latest = LatestEvents(set(), FakeClock())
    latest.note(replace(event(), onset_us=5))
    for source_id, by_us in (("other", 7), (SOURCE, 100), (SOURCE, 0)):
        latest.note(AnchorSet(source_id, STRETCH, 0, RATE_HZ, 0, 0, RATE_HZ, by_us))
    assert latest.last_cough_us(SOURCE) == 105
    assert latest.last_cough_us("other") is None
