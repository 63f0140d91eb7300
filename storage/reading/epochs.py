"""Epochs from coughs, for any gap and minimum: pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple


class Cough(NamedTuple):
    """A counted event, as far as epochs need it."""

    event_id: str
    source_id: str
    stretch_id: str
    onset_us: int
    offset_us: int


@dataclass(slots=True)
class CoughGroup:
    """Coughs of one stretch; grows while it is open."""

    epoch_id: str
    source_id: str
    onset_us: int
    offset_us: int
    """The latest end so far, not the last cough's."""
    coughs: int


def group_coughs(
    coughs: Iterable[Cough],
    *,
    gap_us: int,
    begin_before_us: int,
    carried_offsets_us: Mapping[tuple[str, str], int],
) -> list[CoughGroup]:
    """Group coughs that come in the order of their onsets; return groups by onset.

    A cough joins its stretch's group when it begins less than `gap_us` after the group's end.
    `carried_offsets_us` holds, by (source, stretch), the end of what was heard before the first
    cough given here: a cough that follows closely belongs to a group that began earlier, and is
    left out. Groups that begin at `begin_before_us` or later are not made, and reading stops
    once no group can grow any more.
    """
    ended_before: dict[tuple[str, str], int] = dict(carried_offsets_us)
    latest: dict[tuple[str, str], CoughGroup | None] = {}
    groups: list[CoughGroup] = []
    last_end_us = begin_before_us
    for cough in coughs:
        if cough.onset_us >= begin_before_us and cough.onset_us - last_end_us >= gap_us:
            break
        key = (cough.source_id, cough.stretch_id)
        end_us = ended_before.get(key)
        group = latest.get(key)
        if end_us is None or cough.onset_us - end_us >= gap_us:
            group = None
            if cough.onset_us < begin_before_us:
                group = CoughGroup(
                    cough.event_id, cough.source_id, cough.onset_us, cough.offset_us, 1
                )
                groups.append(group)
            latest[key] = group
            end_us = cough.offset_us
        elif group is not None:
            group.coughs += 1
        ended_before[key] = max(end_us, cough.offset_us)
        if group is not None:
            group.offset_us = ended_before[key]
            last_end_us = max(last_end_us, group.offset_us)
    return groups
