"""Since when, and until when, a source's time runs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo

from sqlalchemy import Connection, select

from ...config.errors import UsageError
from ..meta import LISTENING, read_meta
from ..schema import coverage, events, sources
from .history_rows import Source
from .local_time import from_us


@dataclass(frozen=True, slots=True)
class SourceLife:
    """A source, and the time in which it could have been heard."""

    source_id: str
    name: str
    kind: str
    first_seen_us: int
    last_seen_us: int
    begin_us: int
    """First known, or first heard where that is earlier."""
    end_us: int
    """Now, or the last moment heard where that is later. A file, and a microphone that was taken
    out of the configuration, end where they were last heard."""

    def elapsed_us(self, start_us: int, end_us: int) -> int:
        """Give how much of [start, end) belongs to the source's time."""
        if self.begin_us <= start_us and end_us <= self.end_us:
            return end_us - start_us
        return max(min(end_us, self.end_us) - max(start_us, self.begin_us), 0)


def source_from(life: SourceLife, zone: tzinfo) -> Source:
    """Give the source as a reader sees it."""
    first_seen, last_seen = (
        from_us(at_us, zone) for at_us in (life.first_seen_us, life.last_seen_us)
    )
    return Source(life.source_id, life.name, life.kind, first_seen, last_seen)


def read_lives(connection: Connection, now_us: int) -> list[SourceLife]:
    """Read all sources, by id."""
    listening = read_meta(connection, LISTENING)
    # An older coughd did not say so.
    present = None if listening is None else frozenset(json.loads(listening))
    return [
        _life(
            connection, *row, now_us=now_us, is_present=present is None or row.source_id in present
        )
        for row in connection.execute(
            select(
                sources.c.source_id,
                sources.c.name,
                sources.c.kind,
                sources.c.first_seen_us,
                sources.c.last_seen_us,
            ).order_by(sources.c.source_id)
        )
    ]


def choose(lives: Sequence[SourceLife], source_ids: Sequence[str] | None) -> list[SourceLife]:
    """Give the sources of these ids, or all for None; UsageError for an unknown id."""
    if source_ids is None:
        return list(lives)
    known = {life.source_id: life for life in lives}
    for source_id in source_ids:
        if source_id not in known:
            there = ", ".join(known) or "none yet"
            raise UsageError(f"the store knows no source {source_id!r}; it has: {there}")
    return [known[source_id] for source_id in sorted(set(source_ids))]


def known_time(connection: Connection, lives: Sequence[SourceLife], now_us: int) -> tuple[int, int]:
    """Give [start, end) of all that is known of the sources; now twice where there is none."""
    newest = (
        select(events.c.onset_us)
        .where(events.c.source_id.in_([life.source_id for life in lives]))
        .order_by(events.c.onset_us.desc())
        .limit(1)
    )
    newest_us = connection.execute(newest).scalar()
    start_us = min((life.begin_us for life in lives), default=now_us)
    end_us = max((life.end_us for life in lives), default=now_us)
    return start_us, max(end_us, (newest_us or 0) + 1)


def _life(
    connection: Connection,
    source_id: str,
    name: str,
    kind: str,
    first_seen_us: int,
    last_seen_us: int,
    *,
    now_us: int,
    is_present: bool,
) -> SourceLife:
    of_source = (
        select(coverage.c.start_us, coverage.c.end_us)
        .where(coverage.c.source_id == source_id)
        .limit(1)
    )
    earliest = connection.execute(of_source.order_by(coverage.c.start_us)).first()
    newest = connection.execute(of_source.order_by(coverage.c.start_us.desc())).first()
    heard_from_us = earliest.start_us if earliest else first_seen_us
    heard_until_us = newest.end_us if newest else first_seen_us
    from_file = kind == "file"
    is_over = from_file or not is_present
    return SourceLife(
        source_id=source_id,
        name=name,
        kind=kind,
        first_seen_us=first_seen_us,
        last_seen_us=last_seen_us,
        begin_us=heard_from_us if from_file else min(first_seen_us, heard_from_us),
        end_us=heard_until_us if is_over else max(now_us, heard_until_us),
    )
