from __future__ import annotations

import logging

import pytest

from coughd.daemon.stream.refusals import Refusals


def test_each_peer_and_reason_is_said_once_an_hour_and_counted_always(
    caplog: pytest.LogCaptureFixture,
) -> None:
    now_s = [100.0]
    refusals = Refusals(clock=lambda: now_s[0])
    with caplog.at_level(logging.WARNING, "coughd.stream"):
        for _ in range(1000):
            refusals.note("tcp://x:1", "10.0.0.7", "no key")
            now_s[0] += 3.0
        assert len(caplog.messages) == 1
        now_s[0] += 600.1
        refusals.note("tcp://x:1", "10.0.0.7", "no key")
    assert caplog.messages == [
        "tcp://x:1: refused 10.0.0.7: no key",
        "tcp://x:1: refused 10.0.0.7: no key, and 999 times since the last such line",
    ]
    assert refusals.count == 1001


def test_a_crowd_is_one_line_a_second(caplog: pytest.LogCaptureFixture) -> None:
    now_s = [100.0]
    refusals = Refusals(clock=lambda: now_s[0])
    with caplog.at_level(logging.WARNING, "coughd.stream"):
        for number in range(1000):
            refusals.note("tcp://x:1", f"10.0.{number // 256}.{number % 256}", "no key")
            now_s[0] += 0.01
    assert 9 <= len(caplog.messages) <= 11
    assert len(refusals._said_s) <= 64
