"""Read events and coverage as values, a page at a time."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, select, tuple_

from ..schema import coverage, events, models
from .history_rows import Event, Span
from .local_time import from_us
from .pages import Place
from .source_life import SourceLife

PLACE = (events.c.onset_us, events.c.event_row)


def of_sources(source_ids: Sequence[str]) -> ColumnElement[bool]:
    """Choose events by source, so that they can be read in the order of their onsets."""
    if len(source_ids) == 1:
        return events.c.source_id == source_ids[0]
    # Behind coalesce, SQLite cannot take the index by source, after which it would have to sort
    # everything for each page.
    return func.coalesce(events.c.source_id, "").in_(source_ids)


def page_of_events(
    connection: Connection,
    *,
    within: tuple[int, int],
    source_ids: Sequence[str],
    counted_only: bool,
    newest_first: bool,
    after: Place | None,
    limit: int,
) -> Sequence[Row[Any]]:
    """Read events whose onset is in [start, end), each with its embedder, a page of them.

    The page follows `after`, the place of the last one read.
    """
    start_us, end_us = within
    query = (
        select(events, models.c.name.label("embedder"), models.c.sha256.label("embedder_sha256"))
        .select_from(events.outerjoin(models, models.c.model_id == events.c.model_id))
        .where(of_sources(source_ids))
    )
    if counted_only:
        query = query.where(events.c.counted)
    if after is not None:
        place = tuple_(*PLACE)
        query = query.where(place < after if newest_first else place > after)
        # The bound that the index takes must be the near one, or each page reads all before it.
        start_us, end_us = (start_us, after[0] + 1) if newest_first else (after[0], end_us)
    query = query.where(events.c.onset_us >= start_us, events.c.onset_us < end_us)
    order = [column.desc() if newest_first else column.asc() for column in PLACE]
    return connection.execute(query.order_by(*order).limit(limit)).all()


def event_from(row: Row[Any], names: Mapping[str, str], zone: tzinfo) -> Event:
    """Make the value of a row of `page_of_events`."""
    return Event(
        event_id=row.event_id,
        source_id=row.source_id,
        source_name=names[row.source_id],
        onset=from_us(row.onset_us, zone),
        offset=from_us(row.offset_us, zone),
        onset_us=row.onset_us,
        offset_us=row.offset_us,
        timezone=row.timezone,
        label=row.label,
        counted=row.counted,
        reason=row.reason,
        probability=row.probability,
        scores=json.loads(row.scores),
        threshold=row.threshold,
        gate_score=row.gate_score,
        scored_by=row.scored_by,
        window=row.window,
        level_dbfs=row.level_dbfs,
        snr_db=row.snr_db,
        epoch_id=row.epoch_id,
        revision=row.revision,
        stretch_id=row.stretch_id,
        onset_sample=row.onset_sample,
        offset_sample=row.offset_sample,
        boot_id=row.boot_id,
        embedder=row.embedder,
        embedder_sha256=row.embedder_sha256,
        probe=row.probe,
        probe_sha256=row.probe_sha256,
        config_sha256=row.config_sha256,
        recorded=from_us(row.recorded_us, zone),
        recorded_us=row.recorded_us,
    )


def newest_timezone(connection: Connection) -> str | None:
    """Give the site's zone as the newest event has it."""
    query = select(events.c.timezone).order_by(events.c.event_row.desc()).limit(1)
    return connection.execute(query).scalar()


def read_ids_ending(connection: Connection, ending: str) -> list[str]:
    """Read the ids of all events that end in this text, in their order."""
    query = select(events.c.event_id).where(events.c.event_id.endswith(ending, autoescape=True))
    return list(connection.execute(query.order_by(events.c.event_id)).scalars())


def read_spans(
    connection: Connection, life: SourceLife, start_us: int, end_us: int, zone: tzinfo
) -> list[Span]:
    """Give a source's coverage in [start, end), cut at both ends, its `off` time included."""
    query = (
        select(coverage)
        .where(
            coverage.c.source_id == life.source_id,
            coverage.c.start_us < end_us,
            coverage.c.end_us > start_us,
        )
        .order_by(coverage.c.start_us, coverage.c.end_us)
    )

    def span(state: str, first_us: int, last_us: int, row: Row[Any] | None = None) -> Span:
        return Span(
            source_id=life.source_id,
            source_name=life.name,
            start=from_us(first_us, zone),
            end=from_us(last_us, zone),
            start_us=first_us,
            end_us=last_us,
            state=state,
            noise_dbfs=row.noise_dbfs if row else None,
            stretch_id=row.stretch_id if row else None,
        )

    spans = []
    heard_until_us = max(start_us, life.begin_us)
    for row in connection.execute(query):
        first_us, last_us = max(row.start_us, start_us), min(row.end_us, end_us)
        if first_us > heard_until_us:
            spans.append(span("off", heard_until_us, first_us))
        spans.append(span(row.state, first_us, last_us, row))
        heard_until_us = max(heard_until_us, last_us)
    until_us = min(end_us, life.end_us)
    if until_us > heard_until_us:
        spans.append(span("off", heard_until_us, until_us))
    return spans
