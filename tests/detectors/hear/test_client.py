"""What becomes of each window, by the client of HeAR's process."""

from __future__ import annotations

from collections.abc import Iterator

import fake_hear
import numpy as np
import pytest
from asked_hear import LONG_S, Start, assert_embedded, poisoned, settled, starting, window

from coughd.detectors.hear.outcomes import Embedded, Failed


@pytest.fixture
def start() -> Iterator[Start]:
    with starting() as begin:
        yield begin


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


def test_an_undefined_embedding_is_no_embedding(start: Start) -> None:
    hear = start("--how", "undefined")
    hear.submit("bad", poisoned(0))
    assert Failed("bad", "HeAR gave an undefined embedding.") == settled(hear)["bad"]


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


def test_after_close_a_window_is_refused(start: Start) -> None:
    hear = start()
    hear.close()
    hear.close()
    assert "a" == hear.submit("a", window(1))


def test_a_window_of_another_length_is_a_mistake_of_the_caller(start: Start) -> None:
    with pytest.raises(ValueError, match="32000"):
        start().submit("a", np.zeros(16_000, np.float32))
