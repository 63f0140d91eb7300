"""What a microphone makes of its capture process's sound: blocks, times, gaps, rates."""

from __future__ import annotations

import pytest
from fake_microphone import play, running

from coughd.daemon.sources.mix import Channel
from coughd.daemon.sources.ports import Block, Gap, Lost, Opened, RateChecked
from coughd.daemon.sources.wire import Flag


def test_sound_becomes_blocks_with_their_time() -> None:
    source, starter = running()
    assert source.fileno() == 99
    starter.children[0].hears(16_384, -32_768)
    starter.children[0].hears(32_767)
    opened, first, second = source.poll(100.1)
    assert opened == Opened(16_000, 1, 0, None, "fake, 16000 Hz, 1 channel")
    assert isinstance(first, Block)
    assert isinstance(second, Block)
    assert (first.first_sample, first.samples.tolist()) == (0, [0.5, -1.0])
    assert (first.monotonic_s, second.first_sample) == (5.0, 2)
    assert second.magnitudes.tolist() == [32_767 / 32_768]
    assert source.counters.heard_samples == 3


@pytest.mark.parametrize(("channel", "expected"), [("mix", [0.25, 0.0]), (1, [0.0, 0.0])])
def test_channels_are_mixed_or_chosen(channel: Channel, expected: list[float]) -> None:
    source, starter = running(channel, channels=2)
    starter.children[0].hears(16_384, 0, 0, 0, channels=2)
    _, block = source.poll(100.1)
    assert isinstance(block, Block)
    assert block.samples.tolist() == expected


def test_dropped_samples_are_a_gap_of_their_number() -> None:
    source, starter = running()
    starter.children[0].hears(1, 2)
    starter.children[0].hears(3, skip=640)
    *_, gap, block = source.poll(100.1)
    assert isinstance(gap, Gap)
    assert isinstance(block, Block)
    assert (gap.first_sample, gap.lost_samples, block.first_sample) == (2, 640, 642)
    assert source.counters.dropped_samples == 640


def test_an_overflow_of_the_device_is_a_gap_of_unknown_size() -> None:
    source, starter = running()
    starter.children[0].hears(1, 2)
    starter.children[0].hears(3, flags=Flag.OVERFLOW)
    *_, gap, _ = source.poll(100.1)
    assert isinstance(gap, Gap)
    assert (gap.first_sample, gap.lost_samples) == (2, 0)
    assert gap.reason == "the device lost sound: nobody knows how much"
    assert source.counters.overflows == 1


def test_what_an_overflow_cost_is_estimated_by_the_clock() -> None:
    source, starter = running()
    play(source, starter.children[0], 100.0, 10, 16_000)
    starter.children[0].hears(1, 2, flags=Flag.OVERFLOW, at_s=110.5)
    starter.children[0].hears(3, at_s=110.6)
    gap, first, second = source.poll(110.7)
    assert isinstance(gap, Gap)
    assert isinstance(first, Block)
    assert isinstance(second, Block)
    assert (gap.first_sample, gap.lost_samples) == (160_000, 8_000)
    assert gap.reason == "the device lost sound: about 8000 samples by the clock"
    assert (first.first_sample, second.first_sample) == (168_000, 168_002)
    assert (source.counters.overflows, source.counters.dropped_samples) == (1, 8_000)
    starter.children[0].hears(1, skip=640, at_s=110.7)
    assert [item.lost_samples for item in source.poll(110.8) if isinstance(item, Gap)] == [640]


def test_what_is_lost_unsaid_is_a_gap_all_the_same() -> None:
    source, starter = running()
    play(source, starter.children[0], 100.0, 10, 16_000)
    told = play(source, starter.children[0], 110.5, 10, 16_000)
    (gap,) = (item for item in told if isinstance(item, Gap))
    assert (gap.lost_samples, "unsaid" in gap.reason) == (8_000, True)
    after = told[told.index(gap) + 1]
    assert isinstance(after, Block)
    assert after.first_sample == gap.first_sample + 8_000
    assert source.counters.dropped_samples == 8_000
    starter.children[0].hears(1, skip=640, at_s=120.6)
    assert [item.lost_samples for item in source.poll(120.6) if isinstance(item, Gap)] == [640]


def test_a_rate_that_turns_wrong_is_worth_another_opening() -> None:
    source, starter = running()
    play(source, starter.children[0], 100.0, 70, 16_000)
    told = play(source, starter.children[0], 170.0, 12, 14_700)
    (lost,) = (item for item in told if isinstance(item, Lost))
    assert (lost.cause, "wrong" in lost.reason) == ("wrong_rate", True)
    assert starter.children[0].killed


def test_a_rate_that_is_wrong_from_the_beginning_is_heard_all_the_same() -> None:
    source, starter = running()
    told = play(source, starter.children[0], 100.0, 120, 14_700)
    _, checked = (item for item in told if not isinstance(item, Block))
    assert isinstance(checked, RateChecked)
    assert checked.measured_hz == pytest.approx(14_700, rel=1e-3)
    assert not starter.children[0].killed
