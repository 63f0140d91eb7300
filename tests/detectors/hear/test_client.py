from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import fake_hear
import numpy as np
import pytest
from numpy.typing import NDArray

from coughd.detectors.hear.client import HearProcess
from coughd.detectors.hear.outcomes import Embedded, Failed, HearLimits, Outcome

FAKE = Path(fake_hear.__file__)
POISON = fake_hear.POISON
LONG_S = 60.0
Start = Callable[..., HearProcess]


@pytest.fixture
def start() -> Iterator[Start]:
    running: list[HearProcess] = []

    def run(*options: str, **limits: Any) -> HearProcess:
        command = (sys.executable, str(FAKE), *options)
        hear = HearProcess(command, HearLimits(**{"first_rest_s": 0.01, **limits}))
        running.append(hear)
        return hear

    yield run
    for hear in running:
        hear.close()


def window(seed: int) -> NDArray[np.float32]:
    noise = np.random.default_rng(seed).uniform(-0.5, 0.5, 32_000)
    return noise.astype(np.float32)


def poisoned(seed: int) -> NDArray[np.float32]:
    samples = window(seed)
    samples[0] = POISON
    return samples


def settled(hear: HearProcess) -> dict[str, Outcome]:
    assert hear.wait_until_idle(LONG_S), hear.status
    return {outcome.request_id: outcome for outcome in hear.outcomes()}


def assert_embedded(outcome: Outcome, samples: NDArray[np.float32]) -> None:
    assert isinstance(outcome, Embedded), outcome
    np.testing.assert_array_equal(samples[:512], outcome.embedding)


def wait_for(hear: HearProcess, condition: Callable[[], bool]) -> None:
    """Wait on the client's own notifications; fail after a minute."""
    with hear._changed:
        assert hear._changed.wait_for(condition, LONG_S), hear.status


def test_each_embedding_names_how_it_was_made(start: Start) -> None:
    """The process may go on otherwise than it began, such as with smaller batches."""
    hear = start("--how", "go on otherwise")
    hear.submit("before", window(1))
    before = settled(hear)["before"]
    hear.submit("after", poisoned(2))
    after = settled(hear)["after"]
    assert isinstance(before, Embedded)
    assert isinstance(after, Embedded)
    assert (fake_hear.IDENTITY, fake_hear.ELSEWHERE) == (before.embedder, after.embedder)
    assert fake_hear.ELSEWHERE == hear.status.identity
    assert 0 == hear.status.faults


def test_each_window_gets_its_own_embedding(start: Start) -> None:
    hear = start()
    windows = {f"event-{number}": window(number) for number in range(50)}
    for name, samples in windows.items():
        assert hear.submit(name, samples) is None
    outcomes = settled(hear)
    assert windows.keys() == outcomes.keys()
    for name, samples in windows.items():
        assert_embedded(outcomes[name], samples)
    status = hear.status
    assert ("ready", 50, 50, 0) == (
        status.state,
        status.submitted,
        status.embedded,
        status.faults,
    )
    assert status.identity is not None
    assert "hear@fake" == status.identity.name


def test_the_callers_array_may_change_after_submit(start: Start) -> None:
    hear = start()
    samples = window(1)
    hear.submit("a", samples)
    samples[:] = 0.0
    assert_embedded(settled(hear)["a"], window(1))


@pytest.mark.parametrize("how", ["crash", "exit", "freeze", "rave", "half", "miscount"])
def test_a_failing_process_is_replaced_and_its_windows_tried_again(
    start: Start, tmp_path: Path, how: str
) -> None:
    hear = start("--how", how, "--once", str(tmp_path / "done"), reply_timeout_s=2.0)
    windows = {"bad": poisoned(0)} | {f"good-{number}": window(number) for number in range(9)}
    for name, samples in windows.items():
        hear.submit(name, samples)
    outcomes = settled(hear)
    for name, samples in windows.items():
        assert_embedded(outcomes[name], samples)
    assert (2, 1) == (hear.status.starts, hear.status.faults)


@pytest.mark.parametrize("how", ["crash", "refuse"])
def test_a_window_that_always_fails_takes_no_other_along(start: Start, how: str) -> None:
    hear = start("--how", how)
    windows = {f"good-{number}": window(number) for number in range(11)}
    for name, samples in windows.items():
        hear.submit(name, samples)
        if name == "good-5":
            hear.submit("bad", poisoned(0))
    outcomes = settled(hear)
    assert isinstance(outcomes.pop("bad"), Failed)
    for name, samples in windows.items():
        assert_embedded(outcomes[name], samples)
    assert 1 == hear.status.failed


def test_a_process_that_embeds_nothing_any_more_is_said_until_it_does(
    start: Start, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    hear = start("--how", "refuse")
    hear.submit("odd", poisoned(0))
    settled(hear)
    assert hear.status.failing is None
    for number in range(3):
        hear.submit(f"bad-{number}", poisoned(number))
    settled(hear)
    assert hear.status.failing == "The fake refuses this batch."
    hear.submit("good", window(1))
    settled(hear)
    assert hear.status.failing is None
    said = [line for line in caplog.messages if "refuses" in line or "again" in line]
    assert said == [
        "HeAR is away, events keep the open score: The fake refuses this batch.",
        "Windows get embeddings again.",
    ]


def test_the_last_words_of_a_process_are_told(start: Start, tmp_path: Path) -> None:
    hear = start("--how", "exit", "--once", str(tmp_path / "done"), first_rest_s=1000.0)
    hear.submit("bad", poisoned(0))
    wait_for(hear, lambda: hear.status.faults == 1)
    expected = "The HeAR process ended (exit status 1: The fake has had enough.)."
    assert (expected, "resting") == (hear.status.reason, hear.status.state)


def test_an_undefined_embedding_is_no_embedding(start: Start) -> None:
    hear = start("--how", "undefined")
    hear.submit("bad", poisoned(0))
    assert Failed("bad", "HeAR gave an undefined embedding.") == settled(hear)["bad"]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGSTOP, signal.SIGTERM])
def test_a_process_hit_from_outside_comes_back(start: Start, number: signal.Signals) -> None:
    hear = start(reply_timeout_s=2.0)
    assert hear.wait_until_ready(LONG_S)
    first = hear.status.pid
    assert first is not None
    os.kill(first, number)
    hear.submit("a", window(1))
    assert_embedded(settled(hear)["a"], window(1))
    assert hear.status.pid not in (None, first)
    assert hear.status.reason is None


def test_a_model_that_cannot_be_loaded_is_said_and_tried_again_late(start: Start) -> None:
    hear = start("--how", "load_failed", longest_rest_s=1000.0)
    hear.submit("a", window(1))
    wait_for(hear, lambda: hear.status.state == "failed")
    status = hear.status
    assert ("The fake has no model.", 1, 1) == (status.reason, status.starts, status.waiting)
    assert not hear.wait_until_idle(0.0)


def test_it_is_known_how_long_the_process_has_been_away() -> None:
    now_s = [100.0]
    command = (sys.executable, str(FAKE), "--how", "load_failed")
    hear = HearProcess(command, clock=lambda: now_s[0])
    wait_for(hear, lambda: hear.status.state == "failed")
    now_s[0] = 700.0
    assert 600.0 == hear.status.away_s
    hear.close()


def test_a_process_that_is_ready_is_not_away(start: Start) -> None:
    hear = start()
    assert hear.wait_until_ready(LONG_S)
    assert hear.status.away_s is None


def test_a_process_that_never_gets_ready_is_killed(start: Start) -> None:
    hear = start("--how", "never_ready", start_timeout_s=0.2)
    wait_for(hear, lambda: hear.status.faults >= 1)
    assert "The HeAR process does not answer; it was killed." == hear.status.reason


def test_a_process_that_freezes_while_loading_is_killed_long_before_its_time(start: Start) -> None:
    hear = start("--how", "never_ready", start_timeout_s=10_000.0, frozen_s=0.5)
    wait_for(hear, lambda: hear._counts["faults"] >= 1)
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
    wait_for(hear, lambda: hear.status.starts >= 3)
    assert "The HeAR process ended (exit status 4)." == hear.status.reason


def test_a_command_that_does_not_exist_has_its_sentence() -> None:
    hear = HearProcess(("/nonexistent/python",))
    wait_for(hear, lambda: hear.status.state == "failed")
    hear.close()
    assert str(hear.status.reason).startswith("/nonexistent/python: the HeAR process cannot start")


def test_beyond_the_bound_the_oldest_window_gives_way(start: Start) -> None:
    hear = start("--how", "never_ready", max_waiting_windows=3)
    gave_way = [hear.submit(str(number), window(number)) for number in range(5)]
    assert [None, None, None, "0", "1"] == gave_way
    assert (3, 2) == (hear.status.waiting, hear.status.gave_way)


def test_outcomes_that_nobody_fetches_hold_back_the_windows(start: Start) -> None:
    hear = start(max_waiting_windows=4, batch_sizes=(1,))
    for number in range(4):
        hear.submit(str(number), window(number))
    assert hear.wait_until_idle(LONG_S)
    hear.submit("later", window(9))
    assert not hear.wait_until_idle(0.2)
    assert 4 == len(hear.outcomes())
    assert_embedded(settled(hear)["later"], window(9))


def test_every_submitted_window_is_accounted_for(start: Start) -> None:
    hear = start("--how", "crash", max_waiting_windows=5)
    for number in range(30):
        hear.submit(str(number), poisoned(number) if number % 7 == 0 else window(number))
    hear.close()
    status = hear.status
    assert 30 == status.embedded + status.failed + status.gave_way + status.abandoned
    assert (0, 0, "closed") == (status.waiting, status.in_flight, status.state)


@pytest.mark.parametrize("how", ["freeze", "never_ready", "dead_on_start", "load_failed"])
def test_close_ends_the_process_whatever_it_does(start: Start, how: str) -> None:
    hear = start("--how", how)
    wait_for(hear, lambda: hear.status.pid is not None or hear.status.faults > 0)
    pid = hear.status.pid
    hear.submit("a", poisoned(0))
    hear.close()
    assert not hear._thread.is_alive()
    if pid is not None:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_after_close_a_window_is_refused(start: Start) -> None:
    hear = start()
    hear.close()
    hear.close()
    assert "a" == hear.submit("a", window(1))


def test_a_window_of_another_length_is_a_mistake_of_the_caller(start: Start) -> None:
    with pytest.raises(ValueError, match="32000"):
        start().submit("a", np.zeros(16_000, np.float32))


def test_the_clock_decides_what_a_hang_is() -> None:
    """An hour by the clock, an instant for the test."""
    offset_s = [0.0]
    hear = HearProcess(
        (sys.executable, str(FAKE), "--how", "never_ready"),
        HearLimits(start_timeout_s=3600.0),
        clock=lambda: time.monotonic() + offset_s[0],
    )
    wait_for(hear, lambda: hear.status.pid is not None)
    offset_s[0] = 3601.0
    hear.submit("wakes the thread", window(1))
    wait_for(hear, lambda: hear.status.faults == 1)
    hear.close()
