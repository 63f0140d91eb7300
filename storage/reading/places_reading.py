"""Read where events lie in their sound, and how they are scored."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, exists, select

from ...detectors.ports import EmbedderIdentity
from ..schema import embeddings, events, models


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


def read_places(connection: Connection, without: EmbedderIdentity | None) -> list[EventPlace]:
    """Read every event by onset, or those without an embedding that was made exactly so."""
    query = select(
        events.c.event_id,
        events.c.source_id,
        events.c.stretch_id,
        events.c.onset_sample,
        events.c.onset_us,
        events.c.gate_score,
        events.c.window,
        events.c.scored_by,
        events.c.probability,
        events.c.probe_sha256,
        events.c.level_dbfs,
    ).order_by(events.c.onset_us, events.c.event_row)
    if without is not None:
        made = (
            select(embeddings.c.event_id)
            .join(models, models.c.model_id == embeddings.c.model_id)
            .where(
                embeddings.c.event_id == events.c.event_id,
                *(models.c[name] == getattr(without, name) for name in EmbedderIdentity.__slots__),
            )
        )
        query = query.where(~exists(made))
    return [EventPlace(**row._asdict()) for row in connection.execute(query)]
