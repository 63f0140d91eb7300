"""What a reader asks of a store before anything else."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, inspect, select

from ...config.errors import StorageError
from ..schema import SCHEMA_VERSION, events, meta


def check_readable(connection: Connection, name: str) -> None:
    """Raise StorageError unless this is a coughd store of this program's version."""
    version = None
    if meta.name in inspect(connection).get_table_names():
        version = connection.execute(
            select(meta.c.value).where(meta.c.key == "schema_version")
        ).scalar()
    if version is None or not version.isdecimal():
        raise StorageError(f"{name}: this is not a coughd store; name the right file")
    if int(version) > SCHEMA_VERSION:
        raise StorageError(
            f"{name}: the store has version {version}, this coughd knows up to {SCHEMA_VERSION}; "
            "upgrade coughd"
        )
    if int(version) < SCHEMA_VERSION:
        raise StorageError(
            f"{name}: the store has the old version {version}; start `coughd run` once, which "
            "brings it up to date after a copy"
        )


def newest_timezone(connection: Connection) -> str | None:
    """Give the site's zone as the newest event has it."""
    query = select(events.c.timezone).order_by(events.c.event_row.desc()).limit(1)
    return connection.execute(query).scalar()


def newest_onset_us(connection: Connection, source_ids: Sequence[str]) -> int | None:
    """Give the latest onset of the sources, counted or not."""
    query = (
        select(events.c.onset_us)
        .where(events.c.source_id.in_(source_ids))
        .order_by(events.c.onset_us.desc())
        .limit(1)
    )
    return connection.execute(query).scalar()
