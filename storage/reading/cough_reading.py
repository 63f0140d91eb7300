"""Read counted coughs in the order of their onsets, and the epochs they make."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, func, select

from ..schema import events
from .epochs import Cough, CoughGroup, group_coughs
from .event_reading import of_sources
from .local_time import SECOND_US

_LONGEST_COUGH_US = 60 * SECOND_US
"""No cough that began earlier than this is still sounding."""
_ROWS_AT_ONCE = 5_000


def read_groups(
    connection: Connection, start_us: int, end_us: int, source_ids: Sequence[str], gap_us: int
) -> list[CoughGroup]:
    """Group the coughs whose group begins in [start, end); a group may end after `end_us`."""
    return group_coughs(
        _coughs_from(connection, start_us, source_ids),
        gap_us=gap_us,
        begin_before_us=end_us,
        carried_offsets_us=_carried(connection, start_us, source_ids, gap_us),
    )


def _coughs_from(
    connection: Connection, start_us: int, source_ids: Sequence[str]
) -> Iterator[Cough]:
    query = (
        select(
            events.c.event_id,
            events.c.source_id,
            events.c.stretch_id,
            events.c.onset_us,
            events.c.offset_us,
        )
        .where(events.c.counted, of_sources(source_ids), events.c.onset_us >= start_us)
        .order_by(events.c.onset_us, events.c.event_row)
        .execution_options(yield_per=_ROWS_AT_ONCE)
    )
    rows = connection.execute(query)
    try:
        yield from map(Cough._make, rows)
    finally:
        rows.close()


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
