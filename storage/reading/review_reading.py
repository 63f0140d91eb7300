"""Read what persons said of events, word by word as it was stored."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import tzinfo
from math import nan
from typing import Any

from sqlalchemy import Connection, Row, func, select

from ..records import label_said, label_scored
from ..schema import events, reviews
from .event_reading import of_sources
from .history_rows import Review
from .local_time import from_us
from .pages import Place


def page_of_reviews(
    connection: Connection,
    *,
    within: tuple[int, int],
    source_ids: Sequence[str],
    after: Place | None,
    limit: int,
) -> Sequence[Row[Any]]:
    """Read a page of the reviews of events whose onset is in [start, end), the oldest first."""
    start_us, end_us = within
    # Behind coalesce, SQLite cannot begin with the events of the range: reviews are far fewer.
    onset_us = func.coalesce(events.c.onset_us, 0)
    query = (
        select(
            reviews,
            events.c.source_id,
            events.c.onset_us,
            events.c.probability,
            events.c.scores,
            events.c.threshold,
            events.c.gate_score,
            events.c.scored_by,
        )
        .join(events, events.c.event_id == reviews.c.event_id)
        .where(of_sources(source_ids), onset_us >= start_us, onset_us < end_us)
    )
    if after is not None:
        query = query.where(reviews.c.review_id > after[0])
    return connection.execute(query.order_by(reviews.c.review_id).limit(limit)).all()


def place_of_review(row: Row[Any]) -> Place:
    """Give a review's place: as they were stored."""
    return (row.review_id,)


def review_from(row: Row[Any], names: Mapping[str, str], zone: tzinfo) -> Review:
    """Make the value of a row of `page_of_reviews`."""
    return Review(
        event_id=row.event_id,
        source_id=row.source_id,
        source_name=names[row.source_id],
        onset=from_us(row.onset_us, zone),
        onset_us=row.onset_us,
        scored_label=_scored_label(row),
        probability=row.probability,
        threshold=row.threshold,
        scored_by=row.scored_by,
        verdict=row.verdict,
        label=label_said(row.verdict, row.label),
        reviewer=row.reviewer,
        reviewed=from_us(row.at_us, zone),
        reviewed_us=row.at_us,
        note=row.note,
    )


def _scored_label(row: Row[Any]) -> str:
    """The event's own label is the person's by now, but it follows from the score."""
    score = row.gate_score if row.scored_by == "gate" else row.probability
    return label_scored(nan if score is None else score, row.threshold, json.loads(row.scores))
