"""What an earlier life of the daemon has told of a stretch: a file that is heard again."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HeardBefore:
    """What the store knows of one stretch."""

    starts_at_us: int | None
    """UTC of its first sample as it was first told."""
    event_ids: frozenset[str]
    forgotten_until: int | None = None
    """Up to this onset (native sample) its events were deleted for their age, and stay so."""

    def tells(self, event_id: str, onset_sample: int) -> bool:
        """Whether an event was told already: heard again, it is told no more."""
        was_forgotten = self.forgotten_until is not None and onset_sample <= self.forgotten_until
        return was_forgotten or event_id in self.event_ids


NEVER_HEARD = HeardBefore(None, frozenset())
