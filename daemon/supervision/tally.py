"""What was heard since the start, as numbers that only grow: for the status and the metrics."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection
from dataclasses import dataclass

from ...storage.records import (
    AnchorSet,
    Change,
    Covered,
    EventFinished,
    EventRescored,
    SourceSeen,
)
from ..clock import STEP_US, Clock

DELAY_LIMITS_S = (1.6, 1.8, 2.0, 2.25, 2.5, 3.0, 4.0, 5.0, 10.0, 30.0, 60.0)
"""Upper ends of the delays that are counted together: a window alone takes 1.5 s."""


@dataclass(frozen=True, slots=True)
class Triggers:
    """How many triggers were judged alike."""

    label: str
    reason: str
    """Why they were not counted; empty where they were."""
    scored_by: str
    events: int


@dataclass(frozen=True, slots=True)
class SourceTally:
    """One source since the daemon's start."""

    coughs: int = 0
    """Counted at once; what a later score or a review changed is not in it."""
    triggers: tuple[Triggers, ...] = ()
    ok_s: float = 0.0
    clipped_s: float = 0.0
    silent_s: float = 0.0
    dropped_s: float = 0.0
    noise_dbfs: float | None = None
    """Noise floor of the coverage interval told last; None before."""


@dataclass(frozen=True, slots=True)
class Delays:
    """From onset to the event in the store's queue, of all events of live sources."""

    events: tuple[int, ...] = (0,) * (len(DELAY_LIMITS_S) + 1)
    """For each of `DELAY_LIMITS_S` the events up to it and above the one before; last the rest."""
    sum_s: float = 0.0


class Tally:
    """Counts the changes on their way to the store; written by the listening loop alone.

    Coverage adds up to what the store holds: an interval that is told again counts for what was
    added. `live` are the sources whose sound is as old as it seems.
    """

    def __init__(self, live: Collection[str], clock: Clock) -> None:
        self._live = live
        self._clock = clock
        self._triggers: dict[tuple[str, str, str, str], int] = {}
        self._coughs: dict[str, int] = {}
        self._covered_us: dict[tuple[str, str], int] = {}
        self._noise_dbfs: dict[str, float] = {}
        self._lasting: dict[str, tuple[str, int, int]] = {}  # stretch, first sample, told until
        self._delays = [0] * (len(DELAY_LIMITS_S) + 1)
        self._delays_sum_s = 0.0
        self._wall_offset_us: int | None = None
        self.clock_steps = 0
        """How often the wall clock was set while a live source was heard. Any thread."""
        self.rescored = 0
        """Events that HeAR gave another score. Any thread."""

    def note(self, change: Change) -> None:
        """Count one change."""
        match change:
            case SourceSeen():
                self._coughs.setdefault(change.source_id, 0)
            case EventFinished():
                self._judged(change)
            case EventRescored():
                self.rescored += 1
            case Covered():
                self._cover(change)
            case AnchorSet() if change.source_id in self._live:
                self._look_at_the_clock(change)

    def source(self, source_id: str) -> SourceTally:
        """What is known of one source. Any thread: each dictionary is copied in one step."""
        covered_us = self._covered_us.copy()
        return SourceTally(
            coughs=self._coughs.get(source_id, 0),
            triggers=tuple(
                Triggers(label, reason, scored_by, events)
                for (source, label, reason, scored_by), events in self._triggers.copy().items()
                if source == source_id
            ),
            ok_s=covered_us.get((source_id, "ok"), 0) / 1e6,
            clipped_s=covered_us.get((source_id, "clipped"), 0) / 1e6,
            silent_s=covered_us.get((source_id, "silent"), 0) / 1e6,
            dropped_s=covered_us.get((source_id, "dropped"), 0) / 1e6,
            noise_dbfs=self._noise_dbfs.get(source_id),
        )

    @property
    def delays(self) -> Delays:
        """Of all events. Any thread."""
        return Delays(tuple(self._delays.copy()), self._delays_sum_s)

    def _judged(self, event: EventFinished) -> None:
        scored = event.scored
        kind = (event.source_id, scored.label, scored.reason or "", scored.scored_by)
        self._triggers[kind] = self._triggers.get(kind, 0) + 1
        if scored.counted:
            self._coughs[event.source_id] = self._coughs.get(event.source_id, 0) + 1
        if event.source_id in self._live:
            delay_s = max(0.0, (self._clock.utc_us() - event.onset_us) / 1e6)
            self._delays_sum_s += delay_s
            self._delays[bisect_left(DELAY_LIMITS_S, delay_s)] += 1

    def _cover(self, covered: Covered) -> None:
        first = (covered.stretch_id, covered.start_sample)
        stretch_id, start_sample, told_us = self._lasting.get(covered.source_id, ("", 0, 0))
        since_us = told_us if (stretch_id, start_sample) == first else covered.start_us
        self._lasting[covered.source_id] = (*first, covered.end_us)
        kind = (covered.source_id, covered.state)
        added_us = max(0, covered.end_us - since_us)
        self._covered_us[kind] = self._covered_us.get(kind, 0) + added_us
        if covered.noise_dbfs is not None:
            self._noise_dbfs[covered.source_id] = covered.noise_dbfs

    def _look_at_the_clock(self, anchor: AnchorSet) -> None:
        if anchor.source_id in self._lasting:
            # What is told next of the lasting interval is told by the right clock.
            stretch_id, start_sample, told_us = self._lasting[anchor.source_id]
            told_us += anchor.corrects_us
            self._lasting[anchor.source_id] = (stretch_id, start_sample, told_us)
        offset_us = anchor.utc_us - anchor.monotonic_us
        known_us = self._wall_offset_us
        if known_us is not None and abs(offset_us - known_us) > STEP_US:
            self.clock_steps += 1
        self._wall_offset_us = offset_us
