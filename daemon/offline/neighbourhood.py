"""What stood just before each stored event: the context that its probe heard it in."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable

from ...detectors.context import REACH_SAMPLES
from ...detectors.ports import SAMPLE_RATE_HZ, Context
from ...storage.reading.places_reading import EventPlace

REACH_US = REACH_SAMPLES * 1_000_000 // SAMPLE_RATE_HZ


class Neighbourhood:
    """Events by stretch and onset, as they are judged by now. One thread.

    `places` are those that are asked for, and all that begin up to `REACH_US` before one of them.
    """

    def __init__(self, places: Iterable[EventPlace]) -> None:
        self._of_stretch: dict[str, list[tuple[int, str]]] = defaultdict(list)
        self._probability: dict[str, float] = {}
        for place in places:
            self._of_stretch[place.stretch_id].append((place.onset_us, place.event_id))
            self.judged(place.event_id, place.probability)
        for events in self._of_stretch.values():
            events.sort()

    def context(self, place: EventPlace) -> Context:
        """Of one event; those before it are taken as they were judged last."""
        events = self._of_stretch[place.stretch_id]
        first, stop = (
            bisect_left(events, (onset_us, ""))
            for onset_us in (place.onset_us - REACH_US, place.onset_us)
        )
        near = (self._probability.get(event_id, 0.0) for _, event_id in events[first:stop])
        return Context(place.gate_score, max(near, default=0.0))

    def judged(self, event_id: str, probability: float | None) -> None:
        """An event was judged anew; without a probability it says nothing of the next."""
        if probability is not None:
            self._probability[event_id] = probability
