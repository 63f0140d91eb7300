"""Epochs from coughs, for any gap and minimum: pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias


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


_Stretch: TypeAlias = tuple[str, str]


@dataclass(slots=True)
class _Latest:
    """The group that a stretch's next cough may join."""

    offset_us: int
    group: CoughGroup | None
    """None: it began before the range or begins after it, so it is not made."""


def group_coughs(
    coughs: Iterable[Cough],
    *,
    gap_us: int,
    begin_before_us: int,
    carried_offsets_us: Mapping[_Stretch, int],
) -> Iterator[CoughGroup]:
    """Group coughs that come in the order of their onsets; give groups by onset, once complete.

    A cough joins its stretch's group when it begins less than `gap_us` after the group's end.
    `carried_offsets_us` holds, by (source, stretch), the end of what was heard before the first
    cough given here: a cough that follows closely belongs to a group that began earlier, and is
    left out. Groups that begin at `begin_before_us` or later are not made, and reading stops
    once no group can grow any more. What is held are the groups that may still grow, and those
    that began after them.
    """
    latest = {stretch: _Latest(end_us, None) for stretch, end_us in carried_offsets_us.items()}
    begun: deque[tuple[_Stretch, CoughGroup]] = deque()
    last_end_us = begin_before_us
    for cough in coughs:
        if cough.onset_us >= begin_before_us and cough.onset_us - last_end_us >= gap_us:
            break
        while begun and cough.onset_us - begun[0][1].offset_us >= gap_us:
            stretch, complete = begun.popleft()
            if latest[stretch].group is complete:
                del latest[stretch]
            yield complete
        stretch = (cough.source_id, cough.stretch_id)
        found = latest.get(stretch)
        if found is None or cough.onset_us - found.offset_us >= gap_us:
            group = None
            if cough.onset_us < begin_before_us:
                group = CoughGroup(
                    cough.event_id, cough.source_id, cough.onset_us, cough.offset_us, 0
                )
                begun.append((stretch, group))
            found = latest[stretch] = _Latest(cough.offset_us, group)
        found.offset_us = max(found.offset_us, cough.offset_us)
        if found.group is not None:
            found.group.coughs += 1
            found.group.offset_us = found.offset_us
            last_end_us = max(last_end_us, found.offset_us)
    for _, complete in begun:
        yield complete
