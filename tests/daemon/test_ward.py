"""Three microphones of three rates in one loop, by a clock that the test moves.

One of them comes to harm: that is told within two seconds by the daemon's own clock, and no
sample of the others is missed for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing

import numpy as np
import pytest
from fake_capture import FakeChild, FakeStarter
from fakes import EchoEmbedder, ListSink, LoudGate, SoundProbe
from simulated_clock import SimulatedClock

from coughd.daemon.identity import LiveIdentity
from coughd.daemon.judge import Judge
from coughd.daemon.lifecycle import StopRequest
from coughd.daemon.line import Line
from coughd.daemon.pipeline import Pipeline
from coughd.daemon.second_opinion import NoSecondOpinion
from coughd.daemon.sources.microphone import MicrophoneSource
from coughd.daemon.stretches import StretchMaker
from coughd.storage.records import Covered, SourceChanged

RATES_HZ = {"bedroom": 16_000, "kitchen": 44_100, "ward": 48_000}
HARMED = "kitchen"
OTHERS = ("bedroom", "ward")
BLOCK_S = 0.04
HARMED_AT_S = 3.0
END_S = 20.0
SEEN_WITHIN_S = 2.0

Harm = Callable[[FakeChild], None]


class Ward:
    """Gives every living capture process its next block in each turn of the daemon's loop."""

    def __init__(self, harm: Harm) -> None:
        self.clock = SimulatedClock()
        self.stop = StopRequest()
        self.sink = ListSink()
        self.starters = {name: FakeStarter() for name in RATES_HZ}
        self.given = dict.fromkeys(RATES_HZ, 0)
        self.last_heard_us = 0
        """When the harmed microphone's last sound before the harm had been heard."""
        self._harm = harm
        self._harmed: FakeChild | None = None
        self._opened: list[FakeChild] = []
        self._began_s = self.clock.monotonic_s()
        self._rng = np.random.default_rng(4)
        self.lines = [
            Line(MicrophoneSource(name, name, "mix", start), name, "microphone", LiveIdentity())
            for name, start in self.starters.items()
        ]

    def run(self) -> None:
        maker = StretchMaker(LoudGate(), 2.0, 10.0, 2.0, {})
        judge = Judge(EchoEmbedder(), SoundProbe(), 0.5, keep_embeddings=False)
        with closing(self.stop):
            Pipeline(
                self.lines, maker, judge, NoSecondOpinion(), self.sink, self.clock, self.stop,
                self._turn,
            ).run()  # fmt: skip

    def _turn(self) -> None:
        self.clock.advance(BLOCK_S)
        passed_s = self.clock.monotonic_s() - self._began_s
        for name, starter in self.starters.items():
            child = starter.children[-1]
            if name == HARMED and self._harmed is None and passed_s >= HARMED_AT_S:
                self._harmed = child
                self.last_heard_us = self.clock.utc_us() - round(BLOCK_S * 1e6)
                self._harm(child)
            if child is not self._harmed and not child.killed:
                self._play(name, child)
        if passed_s >= END_S:
            self.stop.set()

    def _play(self, name: str, child: FakeChild) -> None:
        if child not in self._opened:
            self._opened.append(child)
            child.opens(RATES_HZ[name])
        samples = round(RATES_HZ[name] * BLOCK_S)
        sound = self._rng.normal(0, 100, samples).astype(int).tolist()
        child.hears(*sound, at_s=self.clock.monotonic_s() - BLOCK_S)
        self.given[name] += samples

    def told(self, name: str) -> list[SourceChanged]:
        changes: Sequence[object] = self.sink.changes
        return [one for one in changes if isinstance(one, SourceChanged) and one.source_id == name]


def freeze(child: FakeChild) -> None:
    """Nothing comes any more, and nothing ends."""


def die(child: FakeChild) -> None:
    child.ended = True


def rave(child: FakeChild) -> None:
    child.pipe += bytes(100)


@pytest.mark.parametrize(("harm", "cause"), [(freeze, "frozen"), (die, "gone"), (rave, "gone")])
def test_a_loss_is_told_within_two_seconds_and_costs_the_others_no_sample(
    harm: Harm, cause: str
) -> None:
    ward = Ward(harm)
    ward.run()
    opened, lost, again = ward.told(HARMED)
    assert [(one.state, one.cause) for one in (opened, lost, again)] == [
        ("up", "opened"),
        ("down", cause),
        ("up", "opened"),
    ]
    assert lost.utc_us - ward.last_heard_us < SEEN_WITHIN_S * 1e6
    for line in ward.lines:
        if line.source_id in OTHERS:
            counters = line.source.counters
            assert counters.heard_samples == ward.given[line.source_id] - untaken(line.source_id)
            assert (counters.dropped_samples, counters.openings, counters.lost) == (0, 1, 0)
            assert len(ward.told(line.source_id)) == 1
            (covered,) = whole(ward, line.source_id)
            assert covered == (0, counters.heard_samples)


def untaken(name: str) -> int:
    """What was given in the turn that ended the loop."""
    return round(RATES_HZ[name] * BLOCK_S)


def whole(ward: Ward, name: str) -> list[tuple[int, int]]:
    """The ledger's intervals of a source, in their last wording."""
    spans: dict[tuple[str, int], int] = {}
    for one in ward.sink.changes:
        if isinstance(one, Covered) and one.source_id == name:
            spans[one.stretch_id, one.start_sample] = one.end_sample
    return [(start, end) for (_, start), end in spans.items()]
