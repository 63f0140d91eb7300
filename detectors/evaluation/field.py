"""The field's event scoring, by its own library; the only file that knows timescoring."""

from __future__ import annotations

from collections.abc import Sequence

from .matching import Interval
from .outcome import Tally, tell_apart
from .sounds import Truth

PARAMETERS = {
    "tolerance_start_s": 0.25,
    "tolerance_end_s": 0.25,
    "min_overlap": 0.1,
    "max_event_duration_s": 0.6,
    "min_duration_between_events_s": 0.0,
}
"""For coughs; the library's own defaults are for seizures."""
_GRID_HZ = 10
"""The library computes on this grid whatever it is given."""


def field_tally(truth: Truth, claims: Sequence[Interval]) -> Tally:
    """Score counted claims; what counts neither way one to one is left out here too."""
    from timescoring.annotations import Annotation  # noqa: PLC0415 - only an evaluation needs it
    from timescoring.scoring import EventScoring  # noqa: PLC0415

    undecided = set(tell_apart(truth, claims).undecided)
    kept = [claim for index, claim in enumerate(claims) if index not in undecided]
    grid_points = max(1, round(truth.duration_s * _GRID_HZ))
    scored = EventScoring(
        Annotation(_events(truth.sure), _GRID_HZ, grid_points),
        Annotation(_events(kept), _GRID_HZ, grid_points),
        EventScoring.Parameters(
            toleranceStart=PARAMETERS["tolerance_start_s"],
            toleranceEnd=PARAMETERS["tolerance_end_s"],
            minOverlap=PARAMETERS["min_overlap"],
            maxEventDuration=PARAMETERS["max_event_duration_s"],
            minDurationBetweenEvents=PARAMETERS["min_duration_between_events_s"],
        ),
    )
    hits = int(scored.tp)
    return Tally(hits, int(scored.refTrue) - hits, int(scored.fp), truth.duration_s)


def _events(intervals: Sequence[Interval]) -> list[tuple[float, float]]:
    return sorted((interval.onset_s, interval.offset_s) for interval in intervals)
