"""What the client makes of a process that dies, hangs, raves or is never there."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from asked_hear import (
    FAKE,
    LONG_S,
    LeapingClock,
    Start,
    assert_embedded,
    poisoned,
    settled,
    starting,
    window,
)
from patience import until

from coughd.detectors.hear import client
from coughd.detectors.hear.child import Child
from coughd.detectors.hear.client import HearProcess
from coughd.detectors.hear.outcomes import HearLimits


@pytest.fixture
def start() -> Iterator[Start]:
    with starting() as begin:
        yield begin


@pytest.mark.parametrize("how", ["crash", "exit", "freeze", "rave", "half", "miscount"])
def test_a_failing_process_is_replaced_and_its_windows_tried_again(
    start: Start, tmp_path: Path, how: str
) -> None:
    done, clock = tmp_path / "done", LeapingClock()
    hear = start("--how", how, "--once", str(done), clock=clock)
    windows = {"bad": poisoned(0)} | {f"good-{number}": window(number) for number in range(9)}
    for name, samples in windows.items():
        hear.submit(name, samples)
    if how == "freeze":
        until(done.exists)
        clock.leap_until(lambda: hear.status.faults)
    outcomes = settled(hear)
    for name, samples in windows.items():
        assert_embedded(outcomes[name], samples)
    assert (2, 1) == (hear.status.starts, hear.status.faults)


def test_the_last_words_of_a_process_are_told(start: Start, tmp_path: Path) -> None:
    hear = start("--how", "exit", "--once", str(tmp_path / "done"), first_rest_s=1000.0)
    hear.submit("bad", poisoned(0))
    assert hear.wait_until(lambda now: now.faults == 1, LONG_S)
    expected = "The HeAR process ended (exit status 1: The fake has had enough.)."
    assert (expected, "resting") == (hear.status.reason, hear.status.state)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM])
def test_a_process_hit_from_outside_comes_back(start: Start, number: signal.Signals) -> None:
    clock = LeapingClock()
    hear = start(clock=clock)
    assert hear.wait_until_ready(LONG_S)
    first = hear.status.pid
    assert first is not None
    os.kill(first, number)
    hear.submit("a", window(1))
    if number == signal.SIGSTOP:
        clock.leap_until(lambda: hear.status.faults)
    assert_embedded(settled(hear)["a"], window(1))
    assert hear.status.pid not in (None, first)
    assert hear.status.reason is None


def test_a_model_that_cannot_be_loaded_is_said_and_tried_again_late(start: Start) -> None:
    hear = start("--how", "load_failed", longest_rest_s=1000.0)
    hear.submit("a", window(1))
    assert hear.wait_until(lambda now: now.state == "failed", LONG_S)
    status = hear.status
    assert ("The fake has no model.", 1, 1) == (status.reason, status.starts, status.waiting)
    assert not hear.wait_until_idle(0.0)


@pytest.mark.parametrize("waited_for", [True, False])
def test_whoever_waits_for_it_says_why_it_never_came_up(
    waited_for: bool, caplog: pytest.LogCaptureFixture
) -> None:
    command = (sys.executable, str(FAKE), "--how", "load_failed")
    hear = HearProcess(command, is_waited_for=waited_for)
    assert hear.wait_until(lambda now: now.state == "failed", LONG_S)
    hear.close()
    assert len(caplog.messages) == (not waited_for)


def test_what_comes_up_and_goes_away_is_said_also_of_what_was_waited_for(
    caplog: pytest.LogCaptureFixture,
) -> None:
    hear = HearProcess((sys.executable, str(FAKE)), when_away="It is away", is_waited_for=True)
    assert hear.wait_until_ready(LONG_S)
    os.kill(int(str(hear.status.pid)), signal.SIGKILL)
    assert hear.wait_until(lambda now: now.faults == 1, LONG_S)
    hear.close()
    assert "It is away: The HeAR process ended (signal 9)." in caplog.messages


def test_it_is_known_how_long_the_process_has_been_away() -> None:
    now_s = [100.0]
    command = (sys.executable, str(FAKE), "--how", "load_failed")
    hear = HearProcess(command, clock=lambda: now_s[0])
    assert hear.wait_until(lambda now: now.state == "failed", LONG_S)
    now_s[0] = 700.0
    assert 600.0 == hear.status.away_s
    hear.close()


def test_a_process_that_is_ready_is_not_away(start: Start) -> None:
    hear = start()
    assert hear.wait_until_ready(LONG_S)
    assert hear.status.away_s is None


def test_a_process_that_never_gets_ready_is_killed(start: Start) -> None:
    hear = start("--how", "never_ready", start_timeout_s=0.2)
    assert hear.wait_until(lambda now: now.faults >= 1, LONG_S)
    assert "The HeAR process does not answer; it was killed." == hear.status.reason


def test_a_process_that_freezes_while_loading_is_killed_long_before_its_time(start: Start) -> None:
    hear = start("--how", "never_ready", start_timeout_s=10_000.0, frozen_s=0.5)
    assert hear.wait_until(lambda now: now.faults >= 1, LONG_S)
    assert hear.status.reason == "The HeAR process is frozen; it was killed."


def test_a_process_that_freezes_over_a_batch_is_replaced(start: Start, tmp_path: Path) -> None:
    once = ("--how", "freeze", "--once", str(tmp_path / "once"))
    hear = start(*once, reply_timeout_s=10_000.0, frozen_s=0.5)
    samples = poisoned(1)
    hear.submit("event", samples)
    assert_embedded(settled(hear)["event"], samples)
    assert hear.status.faults >= 1


def test_a_process_that_dies_at_once_is_started_again(start: Start) -> None:
    hear = start("--how", "dead_on_start")
    assert hear.wait_until(lambda now: now.starts >= 3, LONG_S)
    assert "The HeAR process ended (exit status 4)." == hear.status.reason


def test_a_command_that_does_not_exist_has_its_sentence() -> None:
    hear = HearProcess(("/nonexistent/python",))
    assert hear.wait_until(lambda now: now.state == "failed", LONG_S)
    hear.close()
    assert str(hear.status.reason).startswith("/nonexistent/python: the HeAR process cannot start")


@pytest.mark.parametrize("how", ["freeze", "never_ready", "dead_on_start", "load_failed"])
def test_close_ends_the_process_whatever_it_does(start: Start, how: str) -> None:
    hear = start("--how", how)
    assert hear.wait_until(lambda now: now.pid is not None or now.faults > 0, LONG_S)
    pid = hear.status.pid
    hear.submit("a", poisoned(0))
    hear.close()
    assert not hear._thread.is_alive()
    if pid is not None:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_the_clock_decides_what_a_hang_is() -> None:
    """An hour by the clock, an instant for the test."""
    clock = LeapingClock()
    hear = HearProcess(
        (sys.executable, str(FAKE), "--how", "never_ready"),
        HearLimits(start_timeout_s=3599.0),
        clock,
    )
    assert hear.wait_until(lambda now: now.pid is not None, LONG_S)
    clock.leap()
    hear.submit("wakes the thread", window(1))
    assert hear.wait_until(lambda now: now.faults == 1, LONG_S)
    hear.close()


def test_a_defect_in_its_thread_is_a_fault_and_not_its_end(
    start: Start, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A thread that had died would leave whoever waits for its windows waiting."""
    defects = [ValueError("nobody thought of this")]

    def child(command: Sequence[str]) -> Child:
        if defects:
            raise defects.pop()
        return Child(command)

    monkeypatch.setattr(client, "Child", child)
    hear = start()
    hear.submit("event", window(1))
    assert_embedded(settled(hear)["event"], window(1))
    assert hear.status.faults == 1
    assert "please report this" in caplog.text
