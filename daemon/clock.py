"""From sample indices to UTC.

Inside, time is the native sample index; UTC is derived from a table of anchors, which is stored
too. A clock that was wrong at boot and is set within a stretch's first day corrects what was heard
before; later it moves what follows only. Neither reorders coughs: their samples keep the order.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from typing import Protocol

from ..storage.records import AnchorSet
from .drift import DriftMeter
from .sources.ports import Block, Opened

STEP_US = 500_000
"""A wall clock that moves this far against the monotonic one was set, not slewed."""
DRIFT_US = 10_000
"""Samples may be this far off before they are tied to the clock again: with the ten seconds that
find it out, and the unsteady times of blocks, an onset's error stays under 20 ms."""
LONGEST_ANCHOR_S = 3_600
"""So often at least a live source's rate is written down, with an anchor that moves nothing."""
CORRECTED_US = 86_400_000_000
"""A stretch this old keeps the time that it was told by, when the clock is set: to tell months of
events anew would take longer than it is worth."""
_KEPT_ANCHORS = 16


class Clock(Protocol):
    """The machine's clocks; a simulated one in the tests."""

    def monotonic_s(self) -> float:
        """Seconds that only grow, from an unknown start."""

    def utc_us(self) -> int:
        """Microseconds since 1970, as far as the machine knows."""

    def asleep_s(self) -> float:
        """How long the machine has slept since its boot: `monotonic_s` stood still meanwhile."""


class SystemClock:
    """The real clocks."""

    def monotonic_s(self) -> float:
        """As `time.monotonic`, which the capture process stamps its blocks with."""
        return time.monotonic()

    def utc_us(self) -> int:
        """As `time.time_ns`."""
        return time.time_ns() // 1_000

    def asleep_s(self) -> float:
        """Linux counts it in CLOCK_BOOTTIME."""
        return time.clock_gettime(time.CLOCK_BOOTTIME) - time.monotonic()


def utc_at(anchor: AnchorSet, sample: int) -> int:
    """UTC of a sample by this anchor: whole microseconds, never falling as samples grow."""
    return anchor.utc_us + _microseconds(sample - anchor.sample, anchor.device_rate_hz)


class Timeline:
    """When the samples of one stretch were heard. One thread.

    Parameters
    ----------
    opened
        Of the source: its rate, and UTC of its first sample where that is known beforehand; then
        the machine's clock is not asked.
    first_sample
        Of the stretch.
    after
        The timeline of the stretch before, where the sample count went on through the gap
        between them; None after an opening or a loss that nobody counted.
    """

    def __init__(
        self,
        source_id: str,
        stretch_id: str,
        opened: Opened,
        first_sample: int,
        after: Timeline | None = None,
    ) -> None:
        self.first_sample = first_sample
        self._source_id = source_id
        self._stretch_id = stretch_id
        self._opened = opened
        self._rate_hz = opened.sample_rate_hz
        self.drift: DriftMeter = after.drift if after else DriftMeter(opened.sample_rate_hz)
        self._continued = after.anchor_at(first_sample) if after else None
        # The oldest gives way: an event looks back seconds, and an anchor lasts seconds at least.
        self._anchors: deque[AnchorSet] = deque(maxlen=_KEPT_ANCHORS)
        self._begun_us: int | None = after.begun_us if after else None
        self._asleep_us: int | None = after.asleep_us if after else None

    @property
    def begun_us(self) -> int | None:
        """When the first anchor was set, on the monotonic clock; None before it."""
        return self._begun_us

    @property
    def continued_us(self) -> int | None:
        """When the stretch before ended, by its own last anchor; None where it began anew."""
        return None if self._continued is None else utc_at(self._continued, self.first_sample)

    @property
    def asleep_us(self) -> int | None:
        """How long the machine had slept when the wall clock was last looked at."""
        return self._asleep_us

    def hear(self, block: Block, clock: Clock) -> list[AnchorSet]:
        """Compare the block's time with the anchors; call with each block, before its ledger.

        Returns the anchor that holds from the block's first sample on, where it is a new one. With
        `corrects_us` what was heard before is mapped otherwise from now on.
        """
        begins = not self._anchors
        if begins:
            self._begin(self._first_anchor(block, clock), clock)
        last = self._anchors[-1]
        moved = self._correction(block, clock)
        if moved is None:
            return [last] if begins else []
        by_us = self._correct(last, moved, clock)
        if begins:
            self._anchors.clear()
        self._anchors.append(moved)
        return [replace(moved, corrects_us=by_us)]

    def correct_ended(self, end_sample: int, by_us: int, clock: Clock) -> AnchorSet | None:
        """The clock was set after the stretch's last sample: the anchor that says by how much.

        None where the stretch is too old for that.
        """
        age_us = _whole_us(clock.monotonic_s()) - (self._begun_us or 0)
        if not self._anchors or self._opened.starts_at_us is not None or age_us > CORRECTED_US:
            return None
        self._move_anchors(by_us)
        last = self._anchors[-1]
        # Where the clock is set again, another anchor beside the first one.
        moved = _moved(last, max(end_sample, last.sample + 1))
        self._anchors.append(moved)
        return replace(moved, corrects_us=by_us)

    def anchor_at(self, sample: int) -> AnchorSet:
        """By which this sample is mapped; there is one once the first block was heard."""
        for anchor in reversed(self._anchors):
            if anchor.sample <= sample:
                return anchor
        return self._anchors[0]

    def utc_us(self, sample: int) -> int:
        """When a native sample was heard."""
        return utc_at(self.anchor_at(sample), sample)

    def span_us(self, start_sample: int, end_sample: int) -> tuple[int, int]:
        """Begin and end of one sound, by the begin's anchor: no clock step lies inside it."""
        anchor = self.anchor_at(start_sample)
        return utc_at(anchor, start_sample), utc_at(anchor, end_sample)

    def pieces(self, start_sample: int, end_sample: int) -> Iterator[tuple[int, int, AnchorSet]]:
        """Cut [start, end) where a new anchor begins."""
        while start_sample < end_sample:
            anchor = self.anchor_at(start_sample)
            later = (one.sample for one in self._anchors if one.sample > start_sample)
            piece_end = min(end_sample, next(later, end_sample))
            yield start_sample, piece_end, anchor
            start_sample = piece_end

    def _begin(self, first: AnchorSet, clock: Clock) -> None:
        self._anchors.append(first)
        if self._begun_us is None or self._asleep_us is None:
            self._begun_us, self._asleep_us = first.monotonic_us, _whole_us(clock.asleep_s())

    def _correct(self, last: AnchorSet, moved: AnchorSet, clock: Clock) -> int:
        """Move the anchors where the clock was set and not where the machine slept; by how much."""
        asleep_us = _whole_us(clock.asleep_s())
        slept_us = asleep_us - (self._asleep_us or 0)
        self._asleep_us = asleep_us
        stepped_us = (moved.utc_us - moved.monotonic_us) - (last.utc_us - last.monotonic_us)
        set_us = stepped_us - slept_us
        age_us = moved.monotonic_us - (self._begun_us or 0)
        if abs(set_us) <= STEP_US or age_us > CORRECTED_US:
            return 0
        self._move_anchors(set_us)
        return set_us

    def _move_anchors(self, by_us: int) -> None:
        right = [replace(anchor, utc_us=anchor.utc_us + by_us) for anchor in self._anchors]
        self._anchors.clear()
        self._anchors.extend(right)

    def _first_anchor(self, block: Block, clock: Clock) -> AnchorSet:
        if self._continued is not None:
            anchor = _moved(self._continued, self.first_sample)
            return replace(anchor, stretch_id=self._stretch_id)
        now_us = _whole_us(clock.monotonic_s())
        heard_us = now_us if block.monotonic_s is None else _whole_us(block.monotonic_s)
        anchor = AnchorSet(
            source_id=self._source_id,
            stretch_id=self._stretch_id,
            sample=self.first_sample,
            sample_rate_hz=self._rate_hz,
            monotonic_us=heard_us,
            utc_us=clock.utc_us() - now_us + heard_us,
            device_rate_hz=self.drift.device_rate_hz,
        )
        if self._opened.starts_at_us is None:
            return anchor
        since_opening = self.first_sample - self._opened.first_sample
        utc_us = self._opened.starts_at_us + _microseconds(since_opening, self._rate_hz)
        return replace(anchor, utc_us=utc_us)

    def _correction(self, block: Block, clock: Clock) -> AnchorSet | None:
        """Find a clock step, a drift, or an hour gone by."""
        if block.monotonic_s is None or self._opened.starts_at_us is not None:
            return None
        anchor = self._anchors[-1]
        monotonic_to_utc_us = clock.utc_us() - _whole_us(clock.monotonic_s())
        point = self.drift.add(block.first_sample, _whole_us(block.monotonic_s))
        stepped_us = monotonic_to_utc_us - (anchor.utc_us - anchor.monotonic_us)
        if abs(stepped_us) > STEP_US:
            unmoved = _moved(anchor, block.first_sample)
            return replace(unmoved, utc_us=unmoved.monotonic_us + monotonic_to_utc_us)
        heard_us = _whole_us(block.monotonic_s) + monotonic_to_utc_us
        late_us = heard_us - utc_at(anchor, block.first_sample)
        if late_us >= -DRIFT_US:
            # Blocks are late by chance, but early only where the anchor's own block was late.
            if point is None:
                return None
            late_us = point.monotonic_us + monotonic_to_utc_us - utc_at(anchor, point.sample)
        unmoved = _moved(anchor, block.first_sample)
        measured = replace(unmoved, device_rate_hz=self.drift.device_rate_hz)
        if abs(late_us) > DRIFT_US:
            utc_us = unmoved.utc_us + late_us
            return replace(measured, utc_us=utc_us, monotonic_us=utc_us - monotonic_to_utc_us)
        if block.first_sample - anchor.sample >= LONGEST_ANCHOR_S * self._rate_hz:
            return measured
        return None


def _moved(anchor: AnchorSet, sample: int) -> AnchorSet:
    """Tie another sample down to what the anchor says of it."""
    passed_us = _microseconds(sample - anchor.sample, anchor.device_rate_hz)
    return replace(
        anchor,
        sample=sample,
        monotonic_us=anchor.monotonic_us + passed_us,
        utc_us=anchor.utc_us + passed_us,
    )


def _microseconds(samples: int, sample_rate_hz: float) -> int:
    # In whole millihertz: a float would lose microseconds after some days.
    return samples * 1_000_000_000 // round(sample_rate_hz * 1_000)


def _whole_us(seconds: float) -> int:
    return round(seconds * 1_000_000)
