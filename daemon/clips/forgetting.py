"""Which clips are to go. No I/O."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ...storage.records import Change, EventRescored
from .clip_file import ClipHeader, is_event_id

_DAY_US = 86_400_000_000


@dataclass(frozen=True, slots=True)
class ClipLimits:
    """How long, how much and how many; None: no bound."""

    age_us: int | None
    largest_bytes: int | None
    best_of_day: int | None
    """So many of each source and UTC day: the likeliest coughs."""


@dataclass(frozen=True, slots=True)
class KeptClip:
    """One file."""

    path: Path
    header: ClipHeader
    size_bytes: int


def uncounted(changes: Iterable[Change]) -> list[str]:
    """Give the ids of the events that a later score counts no more: their clips go."""
    return [
        change.event_id
        for change in changes
        if isinstance(change, EventRescored)
        and not change.scored.counted
        and is_event_id(change.event_id)
    ]


def to_forget(
    clips: Iterable[KeptClip], limits: ClipLimits, now_us: int, *, wanted_bytes: int = 0
) -> list[KeptClip]:
    """Give what is too old, not among the best of its day, or too much: the oldest go first.

    `wanted_bytes` more must be given up, as far as there is anything.
    """
    left = sorted(clips, key=lambda each: (each.header.onset_us, each.header.event_id))
    gone: list[KeptClip] = []
    if limits.age_us is not None:
        oldest_us = now_us - limits.age_us
        gone += [each for each in left if each.header.onset_us < oldest_us]
        left = [each for each in left if each.header.onset_us >= oldest_us]
    if limits.best_of_day is not None:
        worse = _worse(left, limits.best_of_day)
        gone += [each for each in left if each.header.event_id in worse]
        left = [each for each in left if each.header.event_id not in worse]
    excess = wanted_bytes - sum(each.size_bytes for each in gone)
    if limits.largest_bytes is not None:
        excess = max(excess, sum(each.size_bytes for each in left) - limits.largest_bytes)
    for each in left:
        if excess <= 0:
            break
        gone.append(each)
        excess -= each.size_bytes
    return gone


def _worse(clips: list[KeptClip], best_of_day: int) -> set[str]:
    days: defaultdict[tuple[str, int], list[ClipHeader]] = defaultdict(list)
    for each in clips:
        days[each.header.source_id, each.header.onset_us // _DAY_US].append(each.header)
    worse: set[str] = set()
    for headers in days.values():
        headers.sort(key=lambda header: header.probability, reverse=True)
        worse |= {header.event_id for header in headers[best_of_day:]}
    return worse
