"""Read where events lie in their sound, and how they are scored."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, exists, func, select, tuple_

from ...detectors.ports import EmbedderIdentity
from ..schema import embeddings, events, models
from .event_reading import PLACE
from .pages import Place

_ONE_QUESTION_US = 600_000_000
"""Onsets that are nearer are asked for together, with what lies between."""


@dataclass(frozen=True, slots=True)
class EventPlace:
    """What is needed to find an event's sound again."""

    event_id: str
    source_id: str
    stretch_id: str
    onset_sample: int
    """Native, from the source's first."""
    onset_us: int
    gate_score: float
    window: str
    """`complete` or `incomplete`."""
    scored_by: str
    probability: float | None
    probe_sha256: str | None
    level_dbfs: float


def page_of_places(
    connection: Connection, *, without: EmbedderIdentity | None, after: Place | None, limit: int
) -> Sequence[Row[Any]]:
    """Read a page of all events, or of those without an embedding that was made exactly so."""
    query = _of_events(without, events.c.event_row, *_COLUMNS)
    if after is not None:
        # The first for the index by time, to which a pair says nothing.
        query = query.where(events.c.onset_us >= after[0], tuple_(*PLACE) > after)
    return connection.execute(query.order_by(*PLACE).limit(limit)).all()


def count_places(connection: Connection, without: EmbedderIdentity | None) -> int:
    """Give how many events `page_of_places` reads in the end."""
    return int(connection.execute(_of_events(without, func.count())).scalar_one())


def read_places_before(
    connection: Connection, onsets_us: Iterable[int], reach_us: int
) -> list[EventPlace]:
    """Read every event that begins at one of these onsets, or so long before one, by onset."""
    return [
        place_from(row)
        for begin_us, end_us in _spans(onsets_us, reach_us)
        for row in connection.execute(_WITHIN, {"begin": begin_us, "end": end_us})
    ]


def place_from(row: Row[Any]) -> EventPlace:
    """Make the value of a row of `page_of_places`."""
    return EventPlace(**{name: getattr(row, name) for name in EventPlace.__slots__})


def _spans(onsets_us: Iterable[int], reach_us: int) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    for onset_us in sorted(onsets_us):
        begin_us = onset_us - reach_us
        if spans and begin_us <= spans[-1][1] + _ONE_QUESTION_US:
            begin_us, _ = spans.pop()
        spans.append((begin_us, onset_us))
    return spans


def _of_events(without: EmbedderIdentity | None, *columns: Any) -> Select[Any]:  # noqa: ANN401
    query = select(*columns).select_from(events)
    if without is None:
        return query
    made = (
        select(embeddings.c.event_id)
        .join(models, models.c.model_id == embeddings.c.model_id)
        .where(
            embeddings.c.event_id == events.c.event_id,
            *(models.c[name] == getattr(without, name) for name in EmbedderIdentity.__slots__),
        )
    )
    return query.where(~exists(made))


_COLUMNS = tuple(events.c[name] for name in EventPlace.__slots__)
_WITHIN = (
    select(*_COLUMNS)
    .where(events.c.onset_us >= bindparam("begin"), events.c.onset_us <= bindparam("end"))
    .order_by(*PLACE)
)
