"""Coverage: what was heard of a source's time, added up to the sample."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from ..detectors.condition import CELLS_PER_S, LOWEST_DBFS, Condition, Heard
from ..storage.records import AnchorSet, CoverageState, Covered
from .clock import STEP_US, Timeline, utc_at
from .sources.ports import Block

LONGEST_INTERVAL_S = 900
"""A lasting state begins a new interval this often, so that each has its own noise floor."""
_NOISE_FLOOR_SHARE = 0.1  # a tenth of the time is quieter: between the sounds, not in the pauses


class Ledger:
    """One stretch's intervals: they touch, and their samples add up to all samples heard and lost.

    Their times touch as well, though an anchor may move what follows by some milliseconds: no
    moment is heard twice. Only where the clock was set, or the machine slept, do they not.

    `silent` outranks `clipped` outranks `ok`; `dropped` stands after them, at the stretch's end;
    `off` is what no interval covers. An interval ends where its state does, where a new anchor
    begins, and after a quarter of an hour. Memory is constant. One thread.

    `after` is the ledger of the stretch whose sample count goes on.
    """

    def __init__(
        self,
        source_id: str,
        stretch_id: str,
        timeline: Timeline,
        sample_rate_hz: int,
        silence_s: float,
        after: Ledger | None = None,
    ) -> None:
        self._source_id = source_id
        self._stretch_id = stretch_id
        self._timeline = timeline
        self._condition = Condition(sample_rate_hz, silence_s)
        self._cell_samples = max(1, sample_rate_hz // CELLS_PER_S)
        self._longest_samples = LONGEST_INTERVAL_S * sample_rate_hz
        self._open: _OpenInterval | None = None
        self._ended_us = timeline.continued_us
        """Where the former interval's time ended."""
        if self._ended_us is not None and after is not None:
            self._ended_us += after.ahead_us
        self._told_sample = timeline.first_sample
        self._closed: list[Covered] = []  # emptied by the call that fills it, or by the next one
        self.decided: list[Heard] = []
        """What the last `hear` decided of the sound's condition."""

    @property
    def covered_sample(self) -> int:
        """Up to here the intervals go; less than a cell behind, or a stillness not judged yet."""
        return self._open.end_sample if self._open else self._timeline.first_sample

    @property
    def ahead_us(self) -> int:
        """How far beyond its anchor's word the last interval ends: where the former one did."""
        last = self._open
        return 0 if last is None else last.end_us - utc_at(last.anchor, last.end_sample)

    def hear(self, block: Block) -> list[Covered]:
        """Take the next block, whose time the timeline knows already; intervals that ended."""
        self.decided = self._condition.hear(block.samples, block.magnitudes)
        for heard in self.decided:
            self._cover(heard.start_sample, heard.end_sample, heard.state, heard.level_dbfs)
        return self._take_closed()

    def correct(self, by_us: int) -> None:
        """The timeline was corrected by so much: what is still to tell goes by the right clock."""
        if by_us == 0:
            return
        if self._ended_us is not None:
            self._ended_us += by_us
        self._closed = [
            replace(one, start_us=one.start_us + by_us, end_us=one.end_us + by_us)
            for one in self._closed
        ]
        if self._open is not None:
            right = replace(self._open.anchor, utc_us=self._open.anchor.utc_us + by_us)
            of_timeline = self._timeline.anchor_at(self._open.start_sample)
            # The very same, so that the interval goes on.
            self._open.anchor = of_timeline if of_timeline == right else right
            self._open.start_us += by_us

    def lose(self, samples: int) -> None:
        """The stretch ends with so many samples lost; `finish` tells. Nothing is heard after."""
        self._decide_rest()
        if samples > 0:
            start = self.covered_sample - self._timeline.first_sample
            self._cover(start, start + samples, "dropped", LOWEST_DBFS)

    def progress(self) -> list[Covered]:
        """The lasting interval as far as it goes now, where it went further since last told.

        Before it what has ended and is not told: a crash in between must not leave a hole.
        """
        told = self._take_closed()
        if self._open is not None and self._open.end_sample != self._told_sample:
            self._told_sample = self._open.end_sample
            told.append(self._record(self._open))
        return told

    def finish(self) -> list[Covered]:
        """The stretch is over: the intervals that are still to tell."""
        self._decide_rest()
        return self.progress()

    def _decide_rest(self) -> None:
        for heard in self._condition.finish():
            self._cover(heard.start_sample, heard.end_sample, heard.state, heard.level_dbfs)

    def _cover(self, start: int, end: int, state: CoverageState, level_dbfs: float) -> None:
        """Append [start, end), counted from the stretch's first sample."""
        first = self._timeline.first_sample
        for piece_start, piece_end, anchor in self._timeline.pieces(first + start, first + end):
            ongoing = self._open
            if ongoing is None or not ongoing.goes_on(state, anchor, self._longest_samples):
                if ongoing is not None and ongoing.end_sample != self._told_sample:
                    self._closed.append(self._record(ongoing))
                    self._told_sample = ongoing.end_sample
                if ongoing is not None:
                    self._ended_us = ongoing.end_us
                start_us = self._start_us(anchor, piece_start)
                ongoing = _OpenInterval(piece_start, piece_start, state, anchor, start_us)
                self._open = ongoing
            ongoing.end_sample = piece_end
            cells = max(1, (piece_end - piece_start) // self._cell_samples)
            ongoing.add_level(level_dbfs, cells)

    def _start_us(self, anchor: AnchorSet, sample: int) -> int:
        mapped_us = utc_at(anchor, sample)
        if self._ended_us is None or abs(mapped_us - self._ended_us) > STEP_US:
            return mapped_us
        return self._ended_us

    def _take_closed(self) -> list[Covered]:
        closed, self._closed = self._closed, []
        return closed

    def _record(self, interval: _OpenInterval) -> Covered:
        return Covered(
            source_id=self._source_id,
            stretch_id=self._stretch_id,
            start_sample=interval.start_sample,
            end_sample=interval.end_sample,
            state=interval.state,
            start_us=interval.start_us,
            end_us=interval.end_us,
            noise_dbfs=interval.noise_dbfs if interval.state in ("ok", "clipped") else None,
        )


@dataclass(slots=True)
class _OpenInterval:
    """The interval that lasts, with the levels of its cells counted by whole decibels."""

    start_sample: int
    end_sample: int
    state: CoverageState
    anchor: AnchorSet
    start_us: int
    _cells_at_db: NDArray[np.int64] = field(
        default_factory=lambda: np.zeros(1 - int(LOWEST_DBFS), np.int64)
    )

    def goes_on(self, state: CoverageState, anchor: AnchorSet, longest_samples: int) -> bool:
        """Whether the next samples belong to it."""
        length = self.end_sample - self.start_sample
        return self.state == state and self.anchor is anchor and length < longest_samples

    @property
    def end_us(self) -> int:
        """By its anchor, and never before it began."""
        return max(self.start_us, utc_at(self.anchor, self.end_sample))

    def add_level(self, level_dbfs: float, cells: int) -> None:
        """Count cells of this level."""
        decibels_up = round(min(max(level_dbfs, LOWEST_DBFS), 0.0) - LOWEST_DBFS)
        self._cells_at_db[decibels_up] += cells

    @property
    def noise_dbfs(self) -> float:
        """The level that a tenth of the cells do not exceed, to one decibel."""
        counted = np.cumsum(self._cells_at_db)
        at = int(np.searchsorted(counted, _NOISE_FLOOR_SHARE * counted[-1]))
        return LOWEST_DBFS + at
