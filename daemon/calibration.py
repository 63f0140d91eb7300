"""What a stretch without coughs says about a room, and from which probability to count there."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from ..storage.reading.rates import poisson_interval
from ..storage.records import Change, Covered, EventFinished
from .pipeline import Started

_STEP = 0.001
RISE_DB = 10.0
"""By definition a cough rises so far above what is round it; see ARCHITECTURE.md."""
LEAST_S = 10.0
"""Less of a room tells nothing of it."""
_NEARLY_SURE = 0.9
"""The probe seldom is so sure of another sound, nor surer of a lonely cough."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """One sound that is no cough."""

    probability: float
    level_dbfs: float


@dataclass(frozen=True, slots=True)
class Room:
    """What one source heard while nobody coughed."""

    source_id: str
    heard_s: float
    """Monitored: sound that was neither missing nor digitally dead."""
    clipped_s: float
    silent_s: float
    dropped_s: float
    noise_dbfs: float | None
    """Median of the noise floors; None where nothing was heard."""
    loudest_dbfs: float | None
    """Level of the loudest trigger; None where there was none."""
    alarms: tuple[Alarm, ...]
    """Each trigger that a probe judged, all of them false alarms here."""

    @property
    def advice(self) -> str | None:
        """What to do about the microphone, in a sentence."""
        if self.heard_s == 0 and self.silent_s > 0:
            return "nothing but digital silence was heard: is the microphone muted?"
        if self.heard_s == 0:
            return "nothing was heard: see `coughd doctor`"
        if self.clipped_s > 0:
            return "it clips: turn the microphone down, or move it away from what is loud"
        if self.silent_s > 0:
            return "some of it was digital silence: is the microphone muted at times?"
        return None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A threshold and a level, and the false alarms to expect above both."""

    threshold: float
    minimum_level_dbfs: float
    allowed_level_dbfs: float
    """The lowest that the noise floor allows; the present one, where that is higher, stays."""
    false_alarms: int
    """Of what was heard, what would count all the same."""
    per_hour: float
    """To expect: one more in as long a time, where the threshold was raised just above the next."""
    low_per_hour: float
    high_per_hour: float
    """95 % interval: a short stretch proves little."""
    doubtful: bool
    """What was heard is as sure as coughs are, and the threshold would miss many of them."""


class QuietSink:
    """Collects what a stretch was like; keeps no sound and stores nothing."""

    def __init__(self) -> None:
        self._covered: dict[tuple[str, str, int], tuple[Covered, float]] = {}
        self._events: list[EventFinished] = []

    def started(self, started: Started) -> None:
        """Nobody watches."""

    def keep(self, change: Change) -> None:
        """See `Sink`."""
        if isinstance(change, EventFinished):
            self._events.append(change)
        elif isinstance(change, Covered):
            length_s = (change.end_us - change.start_us) / 1_000_000
            where = (change.source_id, change.stretch_id, change.start_sample)
            self._covered[where] = (change, length_s)  # a later end replaces an earlier one

    def room(self, source_id: str) -> Room:
        """Sum up one source."""
        own = [(one, s) for one, s in self._covered.values() if one.source_id == source_id]
        events = [event for event in self._events if event.source_id == source_id]

        def seconds(*states: str) -> float:
            return sum(length_s for one, length_s in own if one.state in states)

        floors = [one.noise_dbfs for one, _ in own if one.noise_dbfs is not None]
        return Room(
            source_id=source_id,
            heard_s=seconds("ok", "clipped"),
            clipped_s=seconds("clipped"),
            silent_s=seconds("silent"),
            dropped_s=seconds("dropped"),
            noise_dbfs=median(floors) if floors else None,
            loudest_dbfs=max((event.level_dbfs for event in events), default=None),
            alarms=tuple(
                Alarm(event.scored.probability, event.level_dbfs)
                for event in events
                if event.scored.probability is not None
            ),
        )


def propose(
    rooms: Sequence[Room], present: float, present_level: float | None, target_per_hour: float
) -> Proposal | None:
    """Propose a level, and above it the lowest threshold that keeps to the target.

    The level is 10 dB above the noise floor of the quietest room, by definition the least that a
    cough rises; a present one that is higher stays. So does a present threshold that keeps to the
    target: a quiet stretch says nothing about coughs that are missed. None where less than
    `LEAST_S` was heard.
    """
    heard_s = sum(room.heard_s for room in rooms)
    floors = [room.noise_dbfs for room in rooms if room.noise_dbfs is not None]
    if heard_s < LEAST_S or not floors:
        return None
    hours = heard_s / 3600
    allowed_level = float(min(round(min(floors) + RISE_DB), 0))
    level = allowed_level if present_level is None else max(allowed_level, present_level)
    loud = [one for room in rooms for one in room.alarms if one.level_dbfs >= level]
    alarms = sorted((one.probability for one in loud), reverse=True)
    allowed = math.floor(target_per_hour * hours)
    threshold = present
    if sum(one >= present for one in alarms) > allowed:
        # Rounded first: 0.95 / 0.001 is a little less than 950, and 0.95 would count all the same.
        steps = math.floor(round(alarms[allowed] / _STEP, 6)) + 1
        threshold = min(steps * _STEP, 1.0)
        threshold = round(max(threshold, present), 3)
    above = sum(one >= threshold for one in alarms)
    # What was heard flatters a threshold that it chose: the sound just below was as likely above.
    expected = above + (threshold > present)
    (low, _), (_, high) = poisson_interval(expected), poisson_interval(above)
    return Proposal(
        threshold=threshold,
        minimum_level_dbfs=level,
        allowed_level_dbfs=allowed_level,
        false_alarms=above,
        per_hour=expected / hours,
        low_per_hour=low / hours,
        high_per_hour=high / hours,
        doubtful=threshold > present and threshold >= _NEARLY_SURE,
    )
