"""The whole program: sound in, coughs out.

    source -> 16 kHz -> ring + gate -> 2-second window -> embedder -> probe -> sink

A microphone, a file at real time and a file at full speed all pass through here; `wiring` says
what stands behind each word. The sink is store and stream in the daemon, a list in `scan`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from ..detectors.ports import SAMPLE_RATE_HZ, Samples, Trigger
from ..detectors.windows import Window
from ..storage.records import AnchorSet, Change, Listening, SourceChanged
from .clips.ports import Clips, NoClips
from .clock import Clock
from .judge import WindowJudge
from .lifecycle import StopRequest
from .line import Line
from .second_opinion import SecondOpinion
from .sources.ports import Block, Finished, Gap, Item, Lost, Opened, RateChecked
from .stretch import Stretch
from .stretches import StretchMaker
from .supervision.health import Turn
from .waiting import wait_for_sound


@dataclass(frozen=True, slots=True)
class Started:
    """A trigger, told at once and never stored; one `end` or `cancel` with its id follows."""

    event_id: str
    source_id: str
    onset_sample: int
    onset_us: int
    gate_score: float


class Sink(Protocol):
    """Where everything heard goes, in its order. May block while the store cannot keep up."""

    def started(self, started: Started) -> None:
        """Tell of a trigger; may be forgotten."""

    def keep(self, change: Change) -> None:
        """Take a fact; never forgotten."""


class Pipeline:
    """The listening loop, one thread for all sources.

    Duty: carry every sample to the ledger and every trigger to a judged event. Prohibition: wait
    for a disk, a subscriber or HeAR (a full sink excepted: better deaf than forgetful).
    """

    def __init__(
        self,
        lines: Sequence[Line],
        stretches: StretchMaker,
        judge: WindowJudge,
        second_opinion: SecondOpinion,
        sink: Sink,
        clock: Clock,
        stop: StopRequest,
        each_turn: Callable[[], None] = lambda: None,
        clips: Clips | None = None,
    ) -> None:
        self._lines = lines
        self._stretches = stretches
        self._judge = judge
        self._second_opinion = second_opinion
        self._sink = sink
        self._clock = clock
        self._stop = stop
        self._each_turn = each_turn
        self._clips = clips or NoClips()

    def run(self) -> None:
        """Listen until every source has finished and every question is answered, or a stop."""
        self._sink.keep(Listening(tuple(line.source_id for line in self._lines)))
        for line in self._lines:
            self._sink.keep(line.announce(self._clock))
        while not self._stop.is_set() and (self._listening() or self._second_opinion.waiting):
            for line in self._lines:
                self._keep_all(line.corrected_while_away())
                for item in line.source.poll(self._clock.monotonic_s()):
                    self._take(line, item)
            self._keep_all(self._second_opinion.answers())
            self._each_turn()
            wait_for_sound([line.source for line in self._lines], self._stop, self._clock)
        for line in self._lines:
            if line.identity.is_found_again:
                self._leave_stretch(line)
            else:
                self._end_stretch(line)

    @property
    def damaged(self) -> list[str]:
        """Of each file that broke off: where."""
        ends = [line.finished for line in self._lines if line.finished is not None]
        return [finished.reason for finished in ends if finished.damaged]

    def _listening(self) -> bool:
        return not all(line.finished for line in self._lines)

    def _take(self, line: Line, item: Item) -> None:
        match item:
            case Opened():
                line.opened = item
                line.before_gap = None
                self._tell(line, line.health.opened(item))
            case Block():
                self._listen(line, line.stretch or self._begin_stretch(line, item), item)
            case Gap():
                self._lose(line, item)
                self._tell(line, line.health.missed(item))
            case RateChecked():
                self._tell(line, line.health.rate_checked(item))
            case Lost():
                self._end_stretch(line)
                self._tell(line, line.health.lost(item))
            case Finished():
                self._end_stretch(line)
                line.finished = item
                self._tell(line, line.health.finished(item))

    def _listen(self, line: Line, stretch: Stretch, block: Block) -> None:
        """One block of one source, from native samples to judged events."""
        line.hear(block)
        accounted = stretch.account(block, self._clock)
        self._keep_all(accounted)
        self._keep_all(_states_corrected(line, accounted))
        for piece in _half_seconds(stretch.resampler.feed(block.samples)):
            self._hear(line, stretch, piece)
        self._tell(line, line.health.hear(stretch.ledger.decided))

    def _hear(self, line: Line, stretch: Stretch, piece: Samples) -> None:
        """Half a second at most: what the gate claims is told, what is complete is judged."""
        stretch.ring.write(piece)
        self._claim(line, stretch, stretch.gate.feed(piece))
        self._decide(stretch, stretch.windows.ready(stretch.gate.decided_sample))
        self._keep_all(stretch.epochs_until(stretch.settled_sample))
        self._clips.settled(stretch.stretch_id, stretch.settled_sample)

    def _claim(self, line: Line, stretch: Stretch, triggers: Sequence[Trigger]) -> None:
        """A cough may have begun: name it, and tell at once."""
        for trigger in triggers:
            if not stretch.windows.add(trigger):
                continue
            onset_sample = stretch.native_sample(trigger.onset_sample)
            event_id = line.identity.event_id(stretch.stretch_id, onset_sample)
            stretch.name(trigger, event_id)
            if not stretch.heard_before.tells(event_id, onset_sample):
                onset_us = stretch.timeline.utc_us(onset_sample)
                self._sink.started(
                    Started(event_id, line.source_id, onset_sample, onset_us, trigger.gate_score)
                )

    def _decide(self, stretch: Stretch, windows: Sequence[Window]) -> None:
        """The two seconds are there: embed, score, measure, and let the sink keep the event."""
        for window in windows:
            event_id = stretch.event_id(window.trigger)
            onset_sample = window.trigger.onset_sample
            scored = self._judge.judge(window, stretch.recent.before(onset_sample))
            stretch.recent.add(onset_sample, scored.probability)
            changes, event = stretch.event(window, scored)
            is_dropped = stretch.heard_before.drops(event_id, event.onset_sample)
            self._keep_all(changes if is_dropped else [*changes, event])
            is_known = stretch.heard_before.tells(event_id, event.onset_sample)
            self._clips.judged(window, event, is_known=is_known)
            if is_known:
                continue
            if window.complete and self._judge.is_loud_enough(event.level_dbfs):
                self._second_opinion.ask(event_id, window.samples)

    def _begin_stretch(self, line: Line, block: Block) -> Stretch:
        """The block is the first one after an opening or a gap."""
        if line.opened is None:
            raise RuntimeError(f"source {line.source_id} gave sound before it was opened")
        self._keep_all(line.corrected_while_away())
        stretch_id = line.identity.stretch_id(block.first_sample)
        line.stretch = self._stretches.begin(
            line.source_id, stretch_id, line.opened, block.first_sample, line.before_gap
        )
        return line.stretch

    def _lose(self, line: Line, gap: Gap) -> None:
        """Sound is missing: it goes into the ledger of the stretch that it ends, or ended."""
        stretch = line.stretch or line.before_gap
        if stretch is not None:
            stretch.ledger.lose(gap.lost_samples)
            self._end_stretch(line)
            self._keep_all(stretch.ledger.finish())
        line.before_gap = stretch if gap.lost_samples else None

    def _end_stretch(self, line: Line) -> None:
        """Monitoring ends here: what was undecided is decided on what there is."""
        stretch, line.stretch = line.stretch, None
        if stretch is None:
            return
        for piece in _half_seconds(stretch.rest()):
            self._hear(line, stretch, piece)
        self._claim(line, stretch, stretch.gate.finish())
        self._decide(stretch, stretch.windows.finish())
        self._keep_all(stretch.finish())
        self._clips.ended(stretch.stretch_id)
        line.ended(stretch)

    def _leave_stretch(self, line: Line) -> None:
        """A stop in the midst of what will be heard again: the rest is decided then.

        Decided on half a sound, a cough would have one onset now and another one then.
        """
        stretch, line.stretch = line.stretch, None
        if stretch is not None:
            self._keep_all(stretch.ledger.progress())
            self._clips.left(stretch.stretch_id)

    def _tell(self, line: Line, turn: Turn | None) -> None:
        if turn is not None:
            now_us = self._clock.utc_us()
            line.told = SourceChanged(line.source_id, turn.state, turn.cause, now_us, turn.detail)
            self._sink.keep(line.told)

    def _keep_all(self, changes: Sequence[Change]) -> None:
        for change in changes:
            self._sink.keep(change)
        self._clips.noted(changes)


def _states_corrected(line: Line, accounted: Sequence[Change]) -> list[Change]:
    """The line's state once more, where the wall clock by which it was told was wrong."""
    anchors = (change for change in accounted if isinstance(change, AnchorSet))
    return [told for anchor in anchors if (told := line.correct(anchor.corrects_us))]


def _half_seconds(samples: Samples) -> Iterator[Samples]:
    step = SAMPLE_RATE_HZ // 2
    for start in range(0, samples.size, step):
        yield samples[start : start + step]
