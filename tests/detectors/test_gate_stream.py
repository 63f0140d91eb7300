"""What the gate makes of its network's outputs, to the sample: the network is scripted here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import numpy as np
import pytest
from numpy.typing import NDArray

from coughd.detectors.features import BANDS, LogMelTransform
from coughd.detectors.gate import CoughdGate
from coughd.detectors.ports import Samples, Trigger
from coughd.detectors.runtime import OnnxModel

STATE_SIZE = 100
SECOND = np.random.default_rng(2).normal(0.0, 0.01, 16_000).astype(np.float32)


class ScriptedNetwork:
    """A fake network that gives the scores of a script, step by step of the sound.

    Its outputs come nine steps of 20 ms after what they speak about.
    """

    sha256 = "12345678" * 8
    shapes: Mapping[str, tuple[int, ...]] = {"state": (1, STATE_SIZE)}

    def __init__(self, *steps: tuple[int, float]) -> None:
        self._scores = dict(steps)
        self.states: list[NDArray[np.float32]] = []

    def expect(self, takes: object, gives: object) -> None:
        """Be of any shape."""

    def run(self, inputs: Mapping[str, NDArray[np.float32]]) -> list[NDArray[np.float32]]:
        first = 5 * len(self.states) - 9
        self.states.append(inputs["state"])
        scores = [self._scores.get(first + output, 0.0) for output in range(5)]
        return [np.array([scores], np.float32), inputs["state"] + np.float32(1.0)]


def gate(network: ScriptedNetwork) -> CoughdGate:
    return CoughdGate(cast("OnnxModel", network))


def heard(sound: Samples, *steps: tuple[int, float]) -> list[Trigger]:
    stream = gate(ScriptedNetwork(*steps)).open_stream()
    return [*stream.feed(sound), *stream.finish()]


@pytest.mark.parametrize("step", [0, 1, 20, 49])
def test_a_peak_is_an_onset_half_a_step_after_its_beginning(step: int) -> None:
    (trigger,) = heard(SECOND, (step, 0.75))
    assert trigger.onset_sample == step * 320 + 160
    assert trigger.gate_score == 0.75


def test_below_the_threshold_nothing_is_claimed() -> None:
    assert heard(SECOND, (20, 0.09)) == []
    assert len(heard(SECOND, (20, 0.11))) == 1


def test_what_it_says_about_the_time_before_the_sound_is_dropped() -> None:
    assert heard(SECOND, *((step, 0.9) for step in range(-9, 0))) == []


def test_nothing_is_claimed_beyond_the_end() -> None:
    onset_sample = 49 * 320 + 160
    assert heard(SECOND[:onset_sample], (49, 0.9)) == []
    assert len(heard(SECOND[: onset_sample + 1], (49, 0.9))) == 1


def test_two_onsets_keep_a_fifth_of_a_second() -> None:
    first, second = heard(
        SECOND, (10, 0.8), (11, 0.7), (19, 0.7), (20, 0.8)
    )  # by their neighbours, the tops lie 0.18 s apart
    assert first.onset_sample > 10 * 320 + 160
    assert second.onset_sample == first.onset_sample + 3_200


def test_a_claim_is_made_with_the_group_that_decides_it() -> None:
    stream = gate(ScriptedNetwork((11, 0.75), (12, 0.8))).open_stream()
    # Nine steps late, and nine more to see that it is the highest: output 30, of group 6.
    needed = 6 * 1_600 + 1_840
    assert stream.feed(np.zeros(needed - 1, np.float32)) == []
    undecided_from = stream.decided_sample
    (trigger,) = stream.feed(np.zeros(1, np.float32))
    assert undecided_from <= trigger.onset_sample < 12 * 320 + 160
    assert trigger.confirmed_sample == needed
    assert stream.decided_sample == trigger.onset_sample + 3_200


def test_a_claim_at_the_end_was_confirmed_by_the_end() -> None:
    (trigger,) = heard(SECOND, (49, 0.8))
    assert trigger.confirmed_sample == SECOND.size


def test_the_state_begins_with_the_mean_of_the_first_frames_and_is_handed_on() -> None:
    network = ScriptedNetwork()
    gate(network).open_stream().feed(SECOND[: 1_600 + 1_840])
    first, second = network.states
    assert first.shape == (1, STATE_SIZE)
    mean = LogMelTransform().frames(SECOND[:1_840]).mean(axis=0)
    assert np.array_equal(first[0, :BANDS], mean)
    assert not first[0, BANDS:].any()
    assert np.array_equal(second, first + 1.0)
