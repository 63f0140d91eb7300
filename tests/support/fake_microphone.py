"""A microphone on fake capture processes, and what it told."""

from __future__ import annotations

from fake_capture import FakeChild, FakeStarter

from coughd.daemon.sources.microphone import MicrophoneSource
from coughd.daemon.sources.mix import Channel
from coughd.daemon.sources.ports import Item, Lost


def microphone(channel: Channel = "mix") -> tuple[MicrophoneSource, FakeStarter]:
    starter = FakeStarter()
    return MicrophoneSource("bed", "snowball", channel, starter), starter


def running(channel: Channel = "mix", channels: int = 1) -> tuple[MicrophoneSource, FakeStarter]:
    """Open at 100 s."""
    source, starter = microphone(channel)
    assert source.poll(100.0) == []
    starter.children[0].opens(channels=channels)
    assert source.poll(100.0) == []
    return source, starter


def reasons(items: list[Item]) -> list[str]:
    return [item.reason for item in items if isinstance(item, Lost)]


def causes(items: list[Item]) -> list[str]:
    return [item.cause for item in items if isinstance(item, Lost)]


def play(
    source: MicrophoneSource, child: FakeChild, start_s: float, seconds: int, rate_hz: float
) -> list[Item]:
    """Blocks of a tenth of a second, at the rate at which they really come."""
    told: list[Item] = []
    for index in range(seconds * 10):
        now_s = start_s + index * 1_600 / rate_hz
        child.hears(*([0] * 1_600), at_s=now_s)
        told += source.poll(now_s)
    return told
