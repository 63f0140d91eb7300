"""Which clips are to go. No I/O."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ...storage.event_state import REVIEW_REASONS
from ...storage.records import OutboxRow
from .clip_file import ClipHeader, is_event_id

_DAY_US = 86_400_000_000
_UPDATE = "cough.event.update."


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


def uncounted(told: Iterable[OutboxRow]) -> list[str]:
    """Give the ids of the events that a later score counts no more: their clips go.

    A person's word takes no clip: what was confirmed counts, whatever it scores, and from what was
    rejected a probe may learn.
    """
    found = []
    for row in told:
        if row.topic.startswith(_UPDATE):
            event = json.loads(row.body)
            by_score = event["reason"] not in REVIEW_REASONS.values()
            if by_score and not event["counted"] and is_event_id(event["event_id"]):
                found.append(event["event_id"])
    return found


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
