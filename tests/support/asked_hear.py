"""HeAR's client with the fake process behind it, and what tests ask of it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import fake_hear
import numpy as np
from numpy.typing import NDArray
from patience import until

from coughd.detectors.hear.client import HearProcess
from coughd.detectors.hear.outcomes import Embedded, HearLimits, Outcome

FAKE = Path(fake_hear.__file__)
LONG_S = 60.0
Start = Callable[..., HearProcess]
"""With options of the fake, limits by name, and perhaps a clock."""


class LeapingClock:
    """The machine's, and an hour ahead of it each time that the test says so."""

    def __init__(self) -> None:
        self._ahead_s = 0.0

    def leap(self) -> None:
        self._ahead_s += 3600.0

    def leap_until(self, happens: Callable[[], object]) -> None:
        """Let hours pass until it has happened, and none from then on."""

        def has_happened() -> object:
            happened = happens()
            if not happened:
                self.leap()
            return happened

        until(has_happened)

    def __call__(self) -> float:
        return time.monotonic() + self._ahead_s


@contextmanager
def starting() -> Iterator[Start]:
    """Give what starts the fake; whatever was started is closed at the end."""
    running: list[HearProcess] = []

    def start(
        *options: str, clock: Callable[[], float] = time.monotonic, **limits: Any
    ) -> HearProcess:
        command = (sys.executable, str(FAKE), *options)
        running.append(HearProcess(command, HearLimits(**{"first_rest_s": 0.01, **limits}), clock))
        return running[-1]

    try:
        yield start
    finally:
        for hear in running:
            hear.close()


def window(seed: int) -> NDArray[np.float32]:
    noise = np.random.default_rng(seed).uniform(-0.5, 0.5, 32_000)
    return noise.astype(np.float32)


def poisoned(seed: int) -> NDArray[np.float32]:
    """A window over which the fake misbehaves."""
    samples = window(seed)
    samples[0] = fake_hear.POISON
    return samples


def settled(hear: HearProcess) -> dict[str, Outcome]:
    """What became of everything that was submitted."""
    assert hear.wait_until_idle(LONG_S), hear.status
    return {outcome.request_id: outcome for outcome in hear.outcomes()}


def assert_embedded(outcome: Outcome, samples: NDArray[np.float32]) -> None:
    assert isinstance(outcome, Embedded), outcome
    np.testing.assert_array_equal(samples[:512], outcome.embedding)
