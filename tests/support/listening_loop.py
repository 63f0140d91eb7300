"""The listening loop with fakes round it, over sounds that are known to the sample."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import numpy as np
from fakes import (
    EchoEmbedder,
    FakeClock,
    ListSink,
    ListSource,
    LoudGate,
    SoundProbe,
)
from numpy.typing import NDArray

from coughd.daemon.clips.ports import Clips, NoClips
from coughd.daemon.clock import Clock
from coughd.daemon.heard_before import HeardBefore
from coughd.daemon.identity import FileIdentity, LiveIdentity
from coughd.daemon.judge import Judge
from coughd.daemon.lifecycle import StopRequest
from coughd.daemon.line import Line
from coughd.daemon.pipeline import Pipeline
from coughd.daemon.second_opinion import NoSecondOpinion, SecondOpinion
from coughd.daemon.sources.ports import Item
from coughd.daemon.stretches import StretchMaker
from coughd.detectors.ports import Probe, Samples
from coughd.detectors.windows import Window
from coughd.storage.records import Change, Covered, EventFinished

ONSETS = (3_200, 20_000, 36_000, 44_000, 160_000, 400_000, 700_000)
"""Spread over more than one turn of the 30-second ring; all on the fake gate's 10-ms grid."""


class Asked(NoSecondOpinion):
    """A second opinion that never comes; remembers of which events it was asked."""

    def __init__(self) -> None:
        self.ids: list[str] = []

    def ask(self, event_id: str, window: Samples) -> None:
        self.ids.append(event_id)


class ToldClips(NoClips):
    """Keeps no clips; remembers what it was told of each stretch, in its order."""

    def __init__(self) -> None:
        self.calls: dict[str, list[tuple[str, int]]] = {}
        self.changes: list[Change] = []

    def judged(self, window: Window, event: EventFinished, *, is_known: bool = False) -> None:
        what = "known" if is_known else "judged"
        self._note(event.stretch_id, what, window.trigger.onset_sample)

    def settled(self, stretch_id: str, sample: int) -> None:
        self._note(stretch_id, "settled", sample)

    def ended(self, stretch_id: str) -> None:
        self._note(stretch_id, "ended", 0)

    def left(self, stretch_id: str) -> None:
        self._note(stretch_id, "left", 0)

    def noted(self, changes: Collection[Change]) -> None:
        self.changes.extend(changes)

    def _note(self, stretch_id: str, what: str, sample: int) -> None:
        self.calls.setdefault(stretch_id, []).append((what, sample))


def bursts(onsets: Sequence[int], count: int, seed: int = 5) -> NDArray[np.float32]:
    """Room noise with explosive bursts of 0.1 s at the onsets, every other one twice as loud."""
    rng = np.random.default_rng(seed)
    sound = rng.normal(0, 0.001, count)
    for index, onset in enumerate(onsets):
        decay = np.exp(-np.arange(1_600) / 400)
        sound[onset : onset + 1_600] += (
            (0.3 + 0.3 * (index % 2)) * decay * rng.choice([-1, 1], 1_600)
        )
    return sound.astype(np.float32)


def hear(
    sources: Sequence[tuple[str, Sequence[Item]]],
    *,
    per_poll: int = 1,
    heard_before: dict[str, HeardBefore] | None = None,
    probe: Probe | None = None,
    minimum_level_dbfs: float | None = None,
    second_opinion: SecondOpinion | None = None,
    clock: Clock | None = None,
    each_turn: Callable[[], None] = lambda: None,
    clips: Clips | None = None,
    live: bool = False,
) -> ListSink:
    """`live`: as from microphones, whose sound is heard once."""
    sink = ListSink()
    stop = StopRequest()
    lines = [
        Line(
            ListSource(name, items, per_poll),
            name,
            "microphone" if live else "file",
            LiveIdentity() if live else FileIdentity("c" * 64, name),
        )
        for name, items in sources
    ]
    maker = StretchMaker(LoudGate(), 2.0, 10.0, 2.0, heard_before or {})
    judge = Judge(
        EchoEmbedder(),
        probe or SoundProbe(),
        0.5,
        keep_embeddings=True,
        minimum_level_dbfs=minimum_level_dbfs,
    )
    Pipeline(
        lines,
        maker,
        judge,
        second_opinion or NoSecondOpinion(),
        sink,
        clock or FakeClock(),
        stop,
        each_turn,
        clips,
    ).run()
    stop.close()
    return sink


def facts(events: Sequence[EventFinished]) -> list[tuple[object, ...]]:
    return [
        (
            event.event_id,
            event.onset_sample,
            event.offset_sample,
            event.onset_us,
            event.window,
            event.scored.label,
            event.scored.probability,
            event.level_dbfs,
            None if event.scored.embedding is None else event.scored.embedding.tobytes(),
        )
        for event in events
    ]


def covered_samples(sink: ListSink) -> int:
    ends = {}
    for change in sink.changes:
        if isinstance(change, Covered):
            ends[change.stretch_id, change.start_sample] = change.end_sample
    return sum(end - start for (_, start), end in ends.items())
