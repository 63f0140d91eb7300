"""What the store knows of itself, beside its identity and version."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, insert, select, update

from .schema import meta

ALIVE_US = "alive_us"
"""When the daemon last said that it lives while it had nothing else to write."""
LISTENING = "listening"
"""The ids of the sources that a daemon listened to last, a JSON list."""

_READ = select(meta.c.value).where(meta.c.key == bindparam("which"))


def write_meta(connection: Connection, key: str, value: str) -> None:
    """Set one value."""
    changed = connection.execute(update(meta).where(meta.c.key == key).values(value=value))
    if changed.rowcount == 0:
        connection.execute(insert(meta).values(key=key, value=value))


def read_meta(connection: Connection, key: str) -> str | None:
    """Give one value; None where it was never set."""
    value = connection.execute(_READ, {"which": key}).scalar()
    return None if value is None else str(value)
