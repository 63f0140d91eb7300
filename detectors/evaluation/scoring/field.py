"""The field's event scoring, by its own library; the only file that knows timescoring."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..sounds import Truth
from .matching import Interval
from .outcome import Tally, tell_apart

PARAMETERS = {
    "tolerance_start_s": 0.25,
    "tolerance_end_s": 0.25,
    "min_overlap": 0.1,
    "max_event_duration_s": 0.6,
    "min_duration_between_events_s": 0.0,
}
"""For coughs; the library's own defaults are for seizures."""
POINT_LENGTH_S = 0.3
"""Of a cough that is marked without an end: the library finds nothing in what has no length."""
_ROUNDING_S = 1e-6
"""4.0 - 3.4 is a little more than 0.6 and would be cut; the rest, of no length, were an event."""
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
            maxEventDuration=PARAMETERS["max_event_duration_s"] + _ROUNDING_S,
            minDurationBetweenEvents=PARAMETERS["min_duration_between_events_s"],
        ),
    )
    hits = int(scored.tp)
    return Tally(hits, int(scored.refTrue) - hits, int(scored.fp), truth.duration_s)


def _events(intervals: Sequence[Interval]) -> list[tuple[float, float]]:
    """In order; a point lasts until the next one begins, but 0.3 s at most."""
    ordered = sorted((interval.onset_s, interval.offset_s) for interval in intervals)
    next_onsets_s = [onset_s for onset_s, _ in ordered[1:]] + [math.inf]
    return [
        (onset_s, offset_s if offset_s > onset_s else min(onset_s + POINT_LENGTH_S, next_onset_s))
        for (onset_s, offset_s), next_onset_s in zip(ordered, next_onsets_s, strict=False)
    ]
