"""The gate's decisions with a detector and a proposer that say what the test wants."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from coughd.detectors.hear.detector_ear import DetectorEar
from coughd.detectors.hear.detector_gate import HearDetectorGate, HearDetectorStream
from coughd.detectors.hear.outcomes import Embedded, Failed, HearStatus, Outcome, State
from coughd.detectors.ports import EmbedderIdentity, Samples, Trigger

IDENTITY = EmbedderIdentity(
    "hear-detector-small@fake", "d", "0", "none", "CPU", "float32", "single"
)
LOOK_AHEAD = 6_000
S = 16_000


@dataclass
class FakeProposer:
    """Proposes given onsets, each when so much more was heard."""

    proposals: list[tuple[int, float]]
    heard: int = 0
    told: int = 0

    @property
    def name(self) -> str:
        return "fake-gate@1"

    def open_stream(self) -> FakeProposer:
        return FakeProposer(self.proposals)

    @property
    def decided_sample(self) -> int:
        return max(0, self.heard - LOOK_AHEAD)

    def feed(self, samples: Samples) -> list[Trigger]:
        self.heard += samples.size
        return self._until(self.decided_sample)

    def finish(self) -> list[Trigger]:
        return self._until(self.heard)

    def _until(self, sample: int) -> list[Trigger]:
        new = [each for each in self.proposals[self.told :] if each[0] < sample]
        self.told += len(new)
        return [Trigger(onset, min(onset + LOOK_AHEAD, self.heard), score) for onset, score in new]


@dataclass
class FakeProcess:
    """Scores a window by its loudest sample; may be away, silent, or wait to be waited for."""

    state: State = "ready"
    answers: str = "at once"
    waits: int = 0
    waiting: list[tuple[str, NDArray[np.float32]]] = field(default_factory=list)
    known: list[Outcome] = field(default_factory=list)

    @property
    def status(self) -> HearStatus:
        return HearStatus(self.state, None, IDENTITY, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)

    def submit(self, request_id: str, window: NDArray[np.float32]) -> str | None:
        self.waiting.append((request_id, window))
        if self.answers == "at once":
            self._answer()
        return None

    def outcomes(self) -> list[Outcome]:
        known, self.known = self.known, []
        return known

    def wait_until_idle(self, timeout_s: float) -> bool:
        self.waits += 1
        if self.answers != "never":
            self._answer()
        return self.answers != "never"

    def _answer(self) -> None:
        for request_id, window in self.waiting:
            if self.answers == "failures":
                self.known.append(Failed(request_id, "no"))
            else:
                scores = np.zeros(8, np.float32)
                scores[0] = np.abs(window).max()
                self.known.append(Embedded(request_id, scores, IDENTITY))
        self.waiting = []


def stream(process: FakeProcess, *proposals: tuple[int, float]) -> HearDetectorStream:
    gate = HearDetectorGate(FakeProposer(list(proposals)), DetectorEar(process, 0.1), "detector@1")
    assert "detector@1+fake-gate@1" == gate.name
    return gate.open_stream()


def sound(seconds: float, *coughs: int) -> Samples:
    samples = np.zeros(int(seconds * S), np.float32)
    for cough in coughs:
        samples[cough : cough + 4_000] = 0.9
    return samples


def hear(heard: HearDetectorStream, samples: Samples, piece: int = 800) -> list[tuple[int, float]]:
    found: list[Trigger] = []
    for start in range(0, samples.size, piece):
        before = heard.decided_sample
        new = heard.feed(samples[start : start + piece])
        assert all(trigger.onset_sample >= before for trigger in new)
        assert heard.decided_sample >= before
        found += new
    before = heard.decided_sample
    last = heard.finish()
    assert all(trigger.onset_sample >= before for trigger in last)
    found += last
    onsets = [trigger.onset_sample for trigger in found]
    assert sorted(onsets) == onsets
    assert all(trigger.confirmed_sample <= samples.size for trigger in found)
    return [(trigger.onset_sample, round(trigger.gate_score, 3)) for trigger in found]


def test_only_onsets_in_windows_that_the_detector_believes_are_claimed() -> None:
    strong = (60_000, 0.7), (120_000, 0.8), (200_000, 0.6)
    assert [(120_000, 0.9)] == hear(stream(FakeProcess(), *strong), sound(16, 120_000))


def test_each_of_several_coughs_in_one_window_is_claimed() -> None:
    onsets = (100_000, 106_000, 113_000)
    strong = [(onset, 0.5) for onset in onsets]
    found = hear(stream(FakeProcess(), *strong), sound(12, *onsets))
    assert [(onset, 0.9) for onset in onsets] == found


def test_a_weak_onset_is_claimed_only_where_the_window_has_no_strong_one() -> None:
    weak_alone = hear(stream(FakeProcess(), (90_000, 0.03), (95_000, 0.05)), sound(12, 95_000))
    assert [(95_000, 0.9)] == weak_alone
    beside = hear(stream(FakeProcess(), (90_000, 0.03), (95_000, 0.4)), sound(12, 95_000))
    assert [(95_000, 0.9)] == beside


@pytest.mark.parametrize("onset", [0, 300, 5_000, 31_000, 159_000])
def test_the_edges_of_a_stretch_are_spoken_about_too(onset: int) -> None:
    assert [(onset, 0.9)] == hear(stream(FakeProcess(), (onset, 0.7)), sound(10, onset))


def test_in_a_stretch_too_short_for_the_detector_the_own_gate_decides() -> None:
    found = hear(stream(FakeProcess(), (9_000, 0.7), (15_000, 0.05)), sound(1.5))
    assert [(9_000, 0.7)] == found


@pytest.mark.parametrize(
    "process",
    [FakeProcess(state="resting"), FakeProcess(state="closed"), FakeProcess(answers="failures")],
)
def test_while_the_detector_is_away_the_own_gate_decides(process: FakeProcess) -> None:
    proposals = (60_000, 0.7), (90_000, 0.05)
    if process.answers != "failures":
        process.answers = "never"
    assert [(60_000, 0.7)] == hear(stream(process, *proposals), sound(10))


def test_a_detector_that_does_not_answer_is_waited_for_once() -> None:
    process = FakeProcess(answers="never")
    assert [(60_000, 0.7)] == hear(stream(process, (60_000, 0.7)), sound(30))
    assert 1 == process.waits


def test_a_slow_detector_is_waited_for_and_changes_nothing() -> None:
    proposals = (60_000, 0.7), (120_000, 0.8), (200_000, 0.6)
    process = FakeProcess(answers="when waited for")
    assert [(120_000, 0.9)] == hear(stream(process, *proposals), sound(16, 120_000))
    assert process.waits > 1


def test_streams_get_their_own_answers() -> None:
    process = FakeProcess(answers="when waited for")
    ear = DetectorEar(process, 0.1)
    one, other = (
        HearDetectorGate(FakeProposer([(60_000, 0.7)]), ear, "d").open_stream() for _ in range(2)
    )
    quiet, loud = sound(10), sound(10, 60_000)
    found: dict[str, list[Trigger]] = {"quiet": [], "loud": []}
    for start in range(0, quiet.size, 8_000):
        found["quiet"] += one.feed(quiet[start : start + 8_000])
        found["loud"] += other.feed(loud[start : start + 8_000])
    found["quiet"] += one.finish()
    found["loud"] += other.finish()
    assert [[], [60_000]] == [
        [each.onset_sample for each in found[name]] for name in ("quiet", "loud")
    ]


onsets = st.lists(st.integers(0, 28), unique=True, max_size=12).map(
    lambda steps: sorted(step * 3_900 for step in steps)
)


@settings(max_examples=40)
@given(onsets, st.data(), st.integers(500, 40_000), st.sampled_from(["at once", "when waited for"]))
def test_how_sound_is_cut_and_how_fast_answers_come_changes_nothing(
    positions: list[int], data: st.DataObject, piece: int, answers: str
) -> None:
    scores = data.draw(st.lists(st.sampled_from([0.03, 0.06, 0.2, 0.9]), min_size=12, max_size=12))
    loud = data.draw(st.sets(st.sampled_from(positions))) if positions else set()
    proposals = list(zip(positions, scores, strict=False))
    samples = sound(7, *sorted(loud))
    proposals = [each for each in proposals if each[0] < samples.size]

    def make(how: str) -> HearDetectorStream:
        return stream(FakeProcess(answers=how), *proposals)

    assert hear(make("at once"), samples) == hear(make(answers), samples, piece)
