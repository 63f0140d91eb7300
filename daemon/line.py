"""One source's way through the program: how it is named, opened, and what it hears now."""

from __future__ import annotations

from dataclasses import dataclass

from .identity import Identity
from .sources.ports import Finished, Opened, Source
from .stretch import Stretch


@dataclass(slots=True)
class Line:
    """A source and its present stretch; used by the listening loop alone."""

    source: Source
    name: str
    kind: str
    identity: Identity
    opened: Opened | None = None
    stretch: Stretch | None = None
    before: Stretch | None = None
    """The stretch that a counted gap ended: the next one keeps its clock."""
    silent: bool = False
    finished: Finished | None = None

    @property
    def source_id(self) -> str:
        """The configured id."""
        return self.source.source_id

    def turned(self, *, silent: bool) -> bool:
        """Whether the source fell silent or came back since the last call."""
        turned = silent != self.silent
        self.silent = silent
        return turned
