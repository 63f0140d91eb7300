"""What an earlier life of the daemon has told of a stretch: a file that is heard again."""

from __future__ import annotations

from dataclasses import dataclass

from ..detectors.ports import MIN_COUGH_SPACING_SAMPLES, SAMPLE_RATE_HZ


@dataclass(frozen=True, slots=True)
class HeardBefore:
    """What the store knows of one stretch."""

    starts_at_us: int | None
    """UTC of its first sample as it was first told."""
    event_ids: frozenset[str]
    decided_until: int | None = None
    """Up to this onset (native sample) all events were told; of them `event_ids` are still kept."""

    def tells(self, event_id: str, onset_sample: int) -> bool:
        """Whether an event was told already: heard again, it is told no more."""
        return event_id in self.event_ids or self._is_decided(onset_sample)

    def drops(self, event_id: str, onset_sample: int) -> bool:
        """Whether an event is none of those that were told there, or is forgotten by now.

        Other models or settings than at the first hearing find the same sound elsewhere.
        """
        return event_id not in self.event_ids and self._is_decided(onset_sample)

    def _is_decided(self, onset_sample: int) -> bool:
        return self.decided_until is not None and onset_sample <= self.decided_until


NEVER_HEARD = HeardBefore(None, frozenset())

_UNDECIDED_S = 10
"""Sound may be accounted for, and its triggers wait for their windows and for a slow gate."""


def decided_until(
    sample_rate_hz: int,
    *,
    last_onset_sample: int | None,
    covered_sample: int | None,
    forgotten_until: int | None,
) -> int | None:
    """Up to which onset an earlier life has decided what there is; None where nothing is known.

    Parameters
    ----------
    last_onset_sample
        Of the last event that is stored: they were stored in their order.
    covered_sample
        Up to which sample the sound was accounted for.
    forgotten_until
        Up to which onset events were deleted for their age.
    """
    known = [] if forgotten_until is None else [forgotten_until]
    if last_onset_sample is not None:
        spacing = MIN_COUGH_SPACING_SAMPLES * sample_rate_hz // SAMPLE_RATE_HZ
        known.append(last_onset_sample + spacing - 1)
    if covered_sample is not None:
        known.append(covered_sample - _UNDECIDED_S * sample_rate_hz)
    return max(known, default=None)
