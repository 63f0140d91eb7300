"""What is drawn again for an interval: recordings, or the people in them. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..sounds import Truth
from .outcome import Outcome, Tally
from .resampling import FALSE_ALARM, HIT, HOURS, MISS, Numbers

Over: TypeAlias = Literal["recordings", "subjects"]

SECONDS_PER_HOUR = 3_600.0


@dataclass(frozen=True, slots=True)
class Units:
    """Which unit each recording, and each sound in it, belongs to."""

    over: Over
    names: tuple[str, ...]
    of_recording: tuple[int, ...]
    """The unit of whatever has no subject."""
    of_subject: dict[str, int]
    """Empty unless a recording holds several subjects."""
    people: int
    """How many units are subjects; the others are recordings."""

    @property
    def whole(self) -> bool:
        """Whether each recording lies in one unit."""
        return not self.of_subject

    def of(self, recording: int, subject: str | None) -> int:
        """The unit of a sound."""
        if subject is None:
            return self.of_recording[recording]
        return self.of_subject.get(subject, self.of_recording[recording])


def units_of_recordings(truths: Sequence[Truth]) -> Units:
    """Make each recording a unit, or all recordings of one person."""
    owners = [truth.subject or truth.name for truth in truths]
    names = tuple(dict.fromkeys(owners))
    over: Over = "subjects" if len(names) < len(owners) else "recordings"
    people = len({truth.subject for truth in truths} - {None}) if over == "subjects" else 0
    return Units(over, names, tuple(names.index(owner) for owner in owners), {}, people)


def units_of_sounds(truths: Sequence[Truth], over: Over | None = None) -> Units:
    """Make each subject a unit where every sure cough has one, else each recording.

    A false alarm belongs to the subject of the sound that caused it, else to its recording or whose
    that is; with several subjects in a recording the hours are shared out equally, so that each
    draw has all. Who is heard is a unit whatever was counted there: units chosen by what came out
    would hide how much that varies.
    """
    if over == "recordings":
        names = tuple(truth.name for truth in truths)
        return Units("recordings", names, tuple(range(len(names))), {}, 0)
    coughing = [cough.subject for truth in truths for cough in truth.sure]
    everybody_known = coughing and None not in coughing
    if not everybody_known or all(truth.subject is not None or not truth.sure for truth in truths):
        return units_of_recordings(truths)
    others = (sound.subject for truth in truths for sound in truth.sounds)
    known = (
        *coughing,
        *others,
        *(truth.subject for truth in truths),
    )
    subjects = tuple(dict.fromkeys(subject for subject in known if subject is not None))
    nobodys = tuple(truth.name for truth in truths if truth.subject is None)
    names = (*subjects, *nobodys)
    of_subject = {subject: index for index, subject in enumerate(subjects)}
    of_nobodys = {name: len(subjects) + index for index, name in enumerate(nobodys)}
    return Units(
        "subjects",
        names,
        tuple(
            of_nobodys[truth.name] if truth.subject is None else of_subject[truth.subject]
            for truth in truths
        ),
        of_subject,
        len(subjects),
    )


def count_table(outcomes: Sequence[Outcome], units: Units) -> Numbers:
    """Counts by unit [shape=(units, 4)]."""
    table = np.zeros((len(units.names), 4))
    for recording, outcome in enumerate(outcomes):
        for hit in outcome.hits:
            table[units.of(recording, hit.cough.subject), HIT] += 1
        for miss in outcome.misses:
            table[units.of(recording, miss.cough.subject), MISS] += 1
        for alarm in outcome.false_alarms:
            subject = alarm.sound.subject if alarm.sound else None
            table[units.of(recording, subject), FALSE_ALARM] += 1
    _share_hours(table, [outcome.truth.duration_s for outcome in outcomes], units)
    return table


def tally_table(tallies: Sequence[Tally], units: Units) -> Numbers:
    """Counts by unit [shape=(units, 4)] of tallies that cannot be told apart any further."""
    table = np.zeros((len(units.names), 4))
    for recording, tally in enumerate(tallies):
        row = table[units.of_recording[recording]]
        row[:HOURS] += (tally.hits, tally.misses, tally.false_alarms)
    _share_hours(table, [tally.duration_s for tally in tallies], units)
    return table


def _share_hours(table: Numbers, durations_s: Sequence[float], units: Units) -> None:
    if units.whole:
        for recording, duration_s in enumerate(durations_s):
            table[units.of_recording[recording], HOURS] += duration_s / SECONDS_PER_HOUR
    elif len(units.names):
        table[:, HOURS] = sum(durations_s) / SECONDS_PER_HOUR / len(units.names)


def unit_rows(units: Units, recordings: Sequence[int]) -> NDArray[np.intp]:
    """The unit of each row that belongs to a recording as a whole."""
    return np.array([units.of_recording[recording] for recording in recordings], dtype=np.intp)
