from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import fake_hear
import numpy as np
import pytest
from numpy.typing import NDArray

from coughd.config.errors import ModelError
from coughd.detectors.hear.client import HearProcess
from coughd.detectors.hear.outcomes import HearLimits
from coughd.detectors.hear.waited_for import SlowEmbedder, in_batches

LONG_S = 60.0


@pytest.fixture
def start() -> Iterator[Callable[..., HearProcess]]:
    running: list[HearProcess] = []

    def run(*options: str) -> HearProcess:
        command = (sys.executable, fake_hear.__file__, *options)
        running.append(HearProcess(command, HearLimits(max_waiting_windows=4)))
        return running[-1]

    yield run
    for process in running:
        process.close()


def windows(count: int) -> NDArray[np.float32]:
    return np.random.default_rng(1).uniform(-0.5, 0.5, (count, 32_000)).astype(np.float32)


def test_more_windows_than_may_wait_come_back_in_their_order(
    start: Callable[..., HearProcess],
) -> None:
    embedder = SlowEmbedder(start(), LONG_S, most_waiting=4)
    assert fake_hear.IDENTITY == embedder.identity
    np.testing.assert_array_equal(windows(11)[:, :512], embedder.embed(windows(11)))


def test_a_model_that_cannot_be_loaded_is_told(start: Callable[..., HearProcess]) -> None:
    with pytest.raises(ModelError, match="The fake has no model"):
        SlowEmbedder(start("--how", "load_failed"), LONG_S, most_waiting=4)


def test_a_window_that_is_refused_ends_it(start: Callable[..., HearProcess]) -> None:
    embedder = SlowEmbedder(start("--how", "refuse"), LONG_S, most_waiting=4)
    poisoned = windows(2)
    poisoned[1, 0] = fake_hear.POISON
    with pytest.raises(ModelError, match="has no embedding: The fake refuses"):
        embedder.embed(poisoned)


def test_patience_ends(start: Callable[..., HearProcess]) -> None:
    with pytest.raises(ModelError, match=r"not ready after 0\.5 s"):
        SlowEmbedder(start("--how", "never_ready"), 0.5, most_waiting=4)


def test_slices_cover_everything_once() -> None:
    assert [slice(0, 4), slice(4, 8), slice(8, 9)] == list(in_batches(9, 4))
    assert [] == list(in_batches(0, 4))
