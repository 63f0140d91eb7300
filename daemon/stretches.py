"""How a stretch comes into being: with its gate, its clock and its ledger, or as a rerun."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from ..detectors.ports import SAMPLE_RATE_HZ, Gate
from .clock import Timeline
from .epochs import EpochTracker
from .heard_before import NEVER_HEARD, HeardBefore
from .ledger import Ledger
from .ring import SampleRing
from .sources.ports import Opened
from .sources.resample import To16k
from .stretch import Stretch

RING_S = 30.0
"""A window needs two seconds, the gate's look-ahead and a piece of half a second."""


@dataclass(frozen=True, slots=True)
class StretchMaker:
    """Begins the stretches of all sources."""

    gate: Gate
    silence_s: float
    progress_s: float
    epoch_gap_s: float
    heard_before: Mapping[str, HeardBefore]
    """By stretch id; a new stretch is not in it."""
    ring_s: float = RING_S

    def begin(
        self,
        source_id: str,
        stretch_id: str,
        opened: Opened,
        first_sample: int,
        after: Stretch | None,
    ) -> Stretch:
        """Begin at this native sample; `after` the stretch whose sample count goes on."""
        heard_before = self.heard_before.get(stretch_id, NEVER_HEARD)
        if heard_before.starts_at_us is not None:
            opened = replace(opened, starts_at_us=heard_before.starts_at_us)
        rate_hz = opened.sample_rate_hz
        timeline = Timeline(
            source_id, stretch_id, opened, first_sample, after.timeline if after else None
        )
        former = after.ledger if after else None
        return Stretch(
            stretch_id=stretch_id,
            source_id=source_id,
            resampler=To16k(rate_hz),
            gate=self.gate.open_stream(),
            timeline=timeline,
            ledger=Ledger(source_id, stretch_id, timeline, rate_hz, self.silence_s, former),
            epochs=EpochTracker(source_id, self.epoch_gap_s, rate_hz),
            progress_samples=round(self.progress_s * rate_hz),
            heard_before=heard_before,
            ring=SampleRing(round(self.ring_s * SAMPLE_RATE_HZ)),
        )
