from __future__ import annotations

import logging
from dataclasses import dataclass, field

import pytest
from fakes import FakeClock

from coughd.config.errors import CoughdError
from coughd.daemon.supervision.service_manager import ServiceManager
from coughd.daemon.supervision.watchdog import Watchdog, Worker


class FakeManager(ServiceManager):
    """Counts signs of life."""

    def __init__(self) -> None:
        super().__init__({})
        self.signs = 0

    def alive(self) -> None:
        self.signs += 1


@dataclass
class FakeThread:
    """Lives and moves as the test says."""

    alive: bool = True
    turns: int = 0
    clock: FakeClock = field(default_factory=FakeClock)
    manager: FakeManager = field(default_factory=FakeManager)

    def watchdog(self, *, counted: bool = True, vital: bool = True) -> Watchdog:
        turns = (lambda: self.turns) if counted else None
        worker = Worker("worker", lambda: self.alive, turns, patience_s=5.0, is_vital=vital)
        return Watchdog(self.manager, [worker], self.clock)

    def seconds(self, watchdog: Watchdog, count: int, *, turning: bool) -> int:
        """Signs of life in so many seconds with ten looks each."""
        before = self.manager.signs
        for _ in range(10 * count):
            self.turns += turning
            self.clock.now_monotonic_s += 0.1
            watchdog.look()
        return self.manager.signs - before


def test_work_gives_about_one_sign_a_second() -> None:
    thread = FakeThread()
    assert 50 <= thread.seconds(thread.watchdog(), 60, turning=True) <= 61


def test_a_pause_within_its_patience_is_no_fault() -> None:
    thread = FakeThread()
    watchdog = thread.watchdog()
    for _ in range(5):
        assert thread.seconds(watchdog, 4, turning=False) >= 3
        thread.seconds(watchdog, 1, turning=True)


def test_a_hanging_thread_ends_the_signs_until_it_goes_on() -> None:
    thread = FakeThread()
    watchdog = thread.watchdog()
    thread.seconds(watchdog, 3, turning=True)
    assert thread.seconds(watchdog, 60, turning=False) <= 7
    assert 0 == thread.seconds(watchdog, 10, turning=False)
    assert thread.seconds(watchdog, 10, turning=True) >= 9


def test_a_hanging_thread_is_named_once_and_so_is_that_it_goes_on(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    thread = FakeThread()
    watchdog = thread.watchdog()
    thread.seconds(watchdog, 3, turning=True)
    thread.seconds(watchdog, 60, turning=False)
    assert watchdog.pulse.stuck == ("worker",)
    thread.seconds(watchdog, 10, turning=True)
    assert not watchdog.pulse.stuck
    assert caplog.messages == [
        "the thread worker hangs; unless it goes on, the service is restarted",
        "the thread worker goes on",
    ]


def test_the_pulse_is_as_old_as_the_last_look() -> None:
    thread = FakeThread()
    watchdog = thread.watchdog()
    thread.clock.now_monotonic_s += 2.0
    watchdog.look()
    thread.clock.now_monotonic_s += 30.0
    assert watchdog.pulse.loop_age_s == 30.0


def test_a_thread_without_a_count_need_only_live() -> None:
    thread = FakeThread()
    assert thread.seconds(thread.watchdog(counted=False), 60, turning=False) >= 50


def test_a_dead_thread_ends_the_daemon() -> None:
    thread = FakeThread()
    watchdog = thread.watchdog()
    thread.alive = False
    with pytest.raises(CoughdError, match="the thread worker has died"):
        thread.seconds(watchdog, 2, turning=False)


def test_a_dead_thread_that_listening_can_do_without_is_named() -> None:
    thread = FakeThread()
    watchdog = thread.watchdog(vital=False)
    thread.seconds(watchdog, 2, turning=True)
    assert not watchdog.pulse.dead
    thread.alive = False
    assert thread.seconds(watchdog, 4, turning=True) >= 3
    assert ("worker",) == watchdog.pulse.dead
