"""An unbroken run of sound of one source: what was heard of it, and what is undecided."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from ..detectors.context import RecentTriggers
from ..detectors.measure import measure_window
from ..detectors.ports import GateStream, Samples, Trigger
from ..detectors.windows import Window, WindowCutter
from ..storage.records import Change, EventFinished, Scored
from .clock import Clock, Timeline
from .epochs import EpochTracker
from .heard_before import HeardBefore
from .ledger import Ledger
from .ring import SampleRing
from .sources.ports import Block
from .sources.resample import To16k


@dataclass(slots=True)
class Stretch:
    """One stretch, from its first native sample to its end. One thread.

    Gate, ring and windows count 16 kHz samples from the stretch's beginning; the store counts
    native samples of the source; `native_sample` is the bridge.
    """

    stretch_id: str
    source_id: str
    resampler: To16k
    gate: GateStream
    timeline: Timeline
    ledger: Ledger
    epochs: EpochTracker
    progress_samples: int
    """Native samples after which the lasting coverage interval is told again."""
    heard_before: HeardBefore
    """By an earlier run of the same file: heard again, told only once."""
    ring: SampleRing
    windows: WindowCutter = field(init=False)
    recent: RecentTriggers = field(init=False, default_factory=RecentTriggers)
    _event_ids: dict[int, str] = field(init=False, default_factory=dict)
    _told_sample: int = field(init=False)

    def __post_init__(self) -> None:
        """Begin with nothing heard."""
        self.windows = WindowCutter(self.ring)
        self._told_sample = self.timeline.first_sample

    def native_sample(self, sample: int) -> int:
        """The source's native index of a 16 kHz sample of this stretch."""
        return self.timeline.first_sample + self.resampler.native_index(sample)

    def account(self, block: Block, clock: Clock) -> list[Change]:
        """Write down when the block was heard, and in what condition."""
        anchors = self.timeline.hear(block, clock)
        for anchor in anchors:
            self.ledger.correct(anchor.corrects_us)
            self.epochs.correct(anchor.corrects_us)
        changes: list[Change] = [*anchors, *self.ledger.hear(block)]
        if block.first_sample - self._told_sample >= self.progress_samples:
            self._told_sample = block.first_sample
            changes += self.ledger.progress()
        return changes

    def name(self, trigger: Trigger, event_id: str) -> None:
        """The trigger's event will have this id."""
        self._event_ids[trigger.onset_sample] = event_id

    def event_id(self, trigger: Trigger) -> str:
        """The id given to the trigger's event."""
        return self._event_ids[trigger.onset_sample]

    def event(self, window: Window, scored: Scored) -> tuple[list[Change], EventFinished]:
        """What a judged window makes true before its event, and the event."""
        trigger = window.trigger
        measured = measure_window(window)
        onset_sample = self.native_sample(trigger.onset_sample)
        offset_sample = self.native_sample(window.start_sample + measured.offset_sample)
        onset_us, offset_us = self.timeline.span_us(onset_sample, offset_sample)
        changes = [*self.ledger.progress(), *self.epochs_until(trigger.onset_sample)]
        event = EventFinished(
            event_id=self._event_ids.pop(trigger.onset_sample),
            source_id=self.source_id,
            stretch_id=self.stretch_id,
            onset_sample=onset_sample,
            offset_sample=offset_sample,
            onset_us=onset_us,
            offset_us=offset_us,
            gate_score=trigger.gate_score,
            window="complete" if window.complete else "incomplete",
            level_dbfs=measured.level_dbfs,
            snr_db=measured.snr_db,
            epoch_id=None,
            scored=scored,
        )
        if scored.counted and not self.heard_before.drops(event.event_id, onset_sample):
            epoch_id = self.epochs.add(event.event_id, onset_us, offset_us, offset_sample)
            event = replace(event, epoch_id=epoch_id)
        return changes, event

    @property
    def settled_sample(self) -> int:
        """Every event with an onset before this 16 kHz sample is finished."""
        waiting = self.windows.waiting_onset_sample
        return self.gate.decided_sample if waiting is None else waiting

    def epochs_until(self, sample: int) -> list[Change]:
        """The epoch, where it ended before this 16 kHz sample; earlier coughs are all added."""
        ended = self.epochs.advance(self.native_sample(sample))
        return [] if ended is None else [ended]

    def finish(self) -> list[Change]:
        """Monitoring ends here."""
        ended = self.epochs.finish()
        return [*self.ledger.finish(), *([] if ended is None else [ended])]

    def rest(self) -> Samples:
        """What the resampler held back; the stretch is over."""
        return self.resampler.flush()
