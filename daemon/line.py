"""One source's way through the program: how it is named, opened, and what it hears now."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from ..storage.records import Change, SourceChanged, SourceSeen
from .away import Away
from .clock import Clock
from .identity import Identity
from .sources.ports import Block, Finished, Opened, Source
from .stretch import Stretch
from .supervision.health import SourceHealth


@dataclass(slots=True)
class Line:
    """A source and its present stretch; changed by the listening loop alone."""

    source: Source
    name: str
    kind: str
    identity: Identity
    opened: Opened | None = None
    stretch: Stretch | None = None
    before_gap: Stretch | None = None
    """The stretch that a counted gap ended: the next one keeps its clock."""
    finished: Finished | None = None
    heard_until_s: float | None = None
    """`time.monotonic()` at the end of the last block; None for a file read `fast`."""
    health: SourceHealth = field(default_factory=SourceHealth)
    told: SourceChanged | None = None
    """Its state, as it was told last."""
    away: Away | None = None
    """Of a source that is heard as it happens: what a clock that is set means to its times."""

    def announce(self, clock: Clock) -> SourceSeen:
        """The loop begins to listen."""
        seen = SourceSeen(self.source_id, self.name, self.kind, clock.utc_us())
        if not self.identity.is_found_again:
            self.away = Away(seen, clock)
        return seen

    def corrected_while_away(self) -> list[Change]:
        """What was told of it, told rightly, where the clock was set since it was last heard."""
        if self.away is None or self.stretch is not None:
            return []
        by_us = self.away.set_by_us()
        if by_us == 0:
            return []
        return [told for told in (self.away.correct(by_us), self.correct(by_us)) if told]

    def correct(self, by_us: int) -> SourceChanged | None:
        """The wall clock was wrong by so much: give the state that was told by it, corrected."""
        if self.told is None or by_us == 0:
            return None
        self.told = replace(self.told, utc_us=self.told.utc_us + by_us, told_before=True)
        return self.told

    @property
    def source_id(self) -> str:
        """The configured id."""
        return self.source.source_id

    def hear(self, block: Block) -> None:
        """Note how far the source was heard."""
        if block.monotonic_s is not None and self.opened is not None:
            length_s = block.samples.size / self.opened.sample_rate_hz
            self.heard_until_s = block.monotonic_s + length_s
        if self.away is not None:
            self.away.heard()

    def ended(self, stretch: Stretch) -> None:
        """Its stretch is over: a clock that is set from now on is no longer seen by that."""
        if self.away is not None:
            self.away.ended(stretch.timeline, stretch.ledger.covered_sample)

    @property
    def silent(self) -> bool:
        """Whether it gives nothing but one constant value."""
        return self.told is not None and self.told.state == "silent"
