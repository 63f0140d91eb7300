"""Read counted coughs in the order of their onsets, and the epochs they make."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import Connection, Row, Select, func, select, tuple_

from ..schema import events
from .epochs import Cough, CoughGroup, group_coughs
from .event_reading import PLACE, of_sources
from .history_rows import Epoch
from .intervals import Terms
from .local_time import SECOND_US, from_us
from .pages import Place, Reading, in_pages

_LONGEST_COUGH_US = 60 * SECOND_US
"""No cough that began earlier than this is still sounding."""


def read_groups(
    reading: Reading, start_us: int, end_us: int, source_ids: Sequence[str], gap_us: int
) -> Iterator[CoughGroup]:
    """Group the coughs whose group begins in [start, end); a group may end after `end_us`."""
    with reading() as connection:
        carried = _carried(connection, start_us, source_ids, gap_us)
    page = partial(_page_of_coughs, start_us=start_us, source_ids=source_ids)
    return group_coughs(
        (Cough._make(row[:-1]) for row in in_pages(reading, page)),
        gap_us=gap_us,
        begin_before_us=end_us,
        carried_offsets_us=carried,
    )


def epoch_from(group: CoughGroup, names: Mapping[str, str], terms: Terms) -> Epoch:
    """Make the value of a group."""
    return Epoch(
        epoch_id=group.epoch_id,
        source_id=group.source_id,
        source_name=names[group.source_id],
        onset=from_us(group.onset_us, terms.zone),
        offset=from_us(group.offset_us, terms.zone),
        onset_us=group.onset_us,
        offset_us=group.offset_us,
        coughs=group.coughs,
        gap_s=terms.gap_s,
        minimum_coughs=terms.minimum_coughs,
    )


def _page_of_coughs(
    connection: Connection,
    *,
    start_us: int,
    source_ids: Sequence[str],
    after: Place | None,
    limit: int,
) -> Sequence[Row[Any]]:
    query: Select[Any] = select(
        events.c.event_id,
        events.c.source_id,
        events.c.stretch_id,
        events.c.onset_us,
        events.c.offset_us,
        events.c.event_row,
    ).where(events.c.counted, of_sources(source_ids))
    if after is not None:
        query = query.where(tuple_(*PLACE) > after)
        start_us = after[0]
    query = query.where(events.c.onset_us >= start_us)
    return connection.execute(query.order_by(*PLACE).limit(limit)).all()


def _carried(
    connection: Connection, start_us: int, source_ids: Sequence[str], gap_us: int
) -> dict[tuple[str, str], int]:
    query = (
        select(events.c.source_id, events.c.stretch_id, func.max(events.c.offset_us))
        .where(
            events.c.counted,
            events.c.source_id.in_(source_ids),
            events.c.onset_us >= start_us - gap_us - _LONGEST_COUGH_US,
            events.c.onset_us < start_us,
        )
        .group_by(events.c.source_id, events.c.stretch_id)
    )
    return {(source, stretch): end_us for source, stretch, end_us in connection.execute(query)}
