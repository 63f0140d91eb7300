"""The listening loop with fakes round it: what a stop still decides, and what it leaves."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from fakes import (
    EchoEmbedder,
    FakeClock,
    ListSink,
    ListSource,
    LoudGate,
    SoundProbe,
    block,
    cut,
    opened,
)
from listening_loop import ONSETS, ToldClips, bursts, covered_samples

from coughd.daemon.identity import FileIdentity, LiveIdentity
from coughd.daemon.judge import Judge
from coughd.daemon.lifecycle import StopRequest
from coughd.daemon.line import Line
from coughd.daemon.pipeline import Pipeline
from coughd.daemon.second_opinion import NoSecondOpinion
from coughd.daemon.sources.ports import Item
from coughd.daemon.stretches import StretchMaker
from coughd.storage.records import (
    Covered,
)


def test_a_stop_closes_every_start() -> None:
    sink = ListSink()
    stop = StopRequest()
    sound = bursts((20_000, 60_160), 62_000)

    class StopsAtTheEnd(ListSource):
        def poll(self, now_monotonic_s: float) -> list[Item]:
            items = super().poll(now_monotonic_s)
            if not items:
                stop.set()
            return items

    source = StopsAtTheEnd("a", [opened(), block(0, sound)])
    line = Line(source, "a", "microphone", LiveIdentity())
    maker = StretchMaker(LoudGate(), 2.0, 10.0, 2.0, {})
    judge = Judge(EchoEmbedder(), SoundProbe(), 0.5, keep_embeddings=False)
    Pipeline([line], maker, judge, NoSecondOpinion(), sink, FakeClock(), stop).run()
    stop.close()

    assert {s.event_id for s in sink.starts} == {e.event_id for e in sink.events}
    assert len(sink.events) == 2
    assert covered_samples(sink) == sound.size


class StopAfter(ListSource):
    """Asks for a stop once it has given so many items."""

    def __init__(self, items: Sequence[Item], stop: StopRequest, after: int) -> None:
        super().__init__("a", items)
        self._stop, self._left = stop, after

    def poll(self, now_monotonic_s: float) -> list[Item]:
        self._left -= 1
        if self._left == 0:
            self._stop.set()
        return super().poll(now_monotonic_s)


@pytest.mark.parametrize("lasting", [True, False])
def test_a_stop_judges_half_a_sound_only_where_it_is_never_heard_again(lasting: bool) -> None:
    sound = bursts(ONSETS, 800_000)
    stop = StopRequest()
    # In the midst of a window: the burst at 400,000 has been heard, its two seconds have not.
    source = StopAfter(list(cut(sound, 8_000)), stop, after=52)
    identity = FileIdentity("c" * 64, "a") if lasting else LiveIdentity()
    sink = ListSink()
    clips = ToldClips()
    Pipeline(
        [Line(source, "a", "file", identity)],
        StretchMaker(LoudGate(), 2.0, 10.0, 2.0, {}),
        Judge(EchoEmbedder(), SoundProbe(), 0.5, keep_embeddings=True),
        NoSecondOpinion(),
        sink,
        FakeClock(),
        stop,
        clips=clips,
    ).run()
    stop.close()
    onsets = [event.onset_sample for event in sink.events]
    assert onsets == [onset for onset in ONSETS if onset < (400_000 if lasting else 400_001)]
    covered = [change for change in sink.changes if isinstance(change, Covered)]
    assert covered[-1].end_sample >= 400_000
    (told,) = clips.calls.values()
    assert told[-1] == ("left" if lasting else "ended", 0)
