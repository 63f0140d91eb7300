"""What each table holds about people, and how much of it there is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal, TypeAlias

from sqlalchemy import Column, Connection, LargeBinary, func, inspect, select, table

from .engine import open_reader
from .faults import storage_faults
from .place import store_name, store_url
from .schema import coverage, embeddings, events, outbox, reviews, rollup, rollup_hours

KeptBy: TypeAlias = Literal["events_days", "embeddings_days", "messages_days", "for ever"]
"""Which key of `retention` ends it."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """Of one table."""

    about_people: str
    kept_by: KeptBy = "for ever"
    oldest: Column[int] | None = None
    """UTC microseconds."""


MEANINGS: Mapping[str, Meaning] = MappingProxyType(
    {
        "meta": Meaning(
            "which sources are listened to; which recordings were heard, and forgotten or "
            "lost to damage, without their names"
        ),
        "sources": Meaning("names of microphones and rooms, and since when they listen"),
        "models": Meaning("nothing; which models made the numbers"),
        "events": Meaning(
            "when somebody coughed, or made a sound like it, where, how loud and what it "
            "resembled; so also when somebody is at home",
            "events_days",
            events.c.onset_us,
        ),
        "embeddings": Meaning(
            "512 numbers computed from two seconds of sound: not sound, but sex, age and illness "
            "can be read from such numbers, so they are protected like it",
            "embeddings_days",
        ),
        "outbox": Meaning(
            "the messages told of events, reviews and sources",
            "messages_days",
            outbox.c.recorded_us,
        ),
        "coverage": Meaning(
            "when each microphone heard, and how noisy it was", oldest=coverage.c.start_us
        ),
        "anchors": Meaning("nothing; how samples count into time"),
        "reviews": Meaning(
            "what a person said about an event, with a name and a note",
            "events_days",
            reviews.c.at_us,
        ),
        "rollup": Meaning(
            "coughs and time heard per quarter of an hour", oldest=rollup.c.bucket_us
        ),
        "rollup_hours": Meaning("coughs and time heard per hour", oldest=rollup_hours.c.bucket_us),
    }
)
_BINARY = {(embeddings.name, "vector")}


@dataclass(frozen=True, slots=True)
class TableContents:
    """One table as it is in the store now."""

    name: str
    rows: int
    oldest_us: int | None
    """None where it is empty or its rows have no time."""
    unexpected: str
    """Why it may hold what coughd does not put there; else empty."""


def read_contents(url_or_path: str | Path) -> list[TableContents]:
    """Look at every table that is there, coughd's or not; StorageError."""
    url = store_url(url_or_path)
    engine = open_reader(url)
    try:
        with storage_faults(f"{store_name(url)}: cannot be read"), engine.begin() as connection:
            names = sorted(inspect(connection).get_table_names())
            return [_contents(connection, name) for name in names]
    finally:
        engine.dispose()


def _contents(connection: Connection, name: str) -> TableContents:
    rows = connection.execute(select(func.count()).select_from(table(name)))
    oldest = MEANINGS[name].oldest if name in MEANINGS else None
    return TableContents(
        name=name,
        rows=int(rows.scalar_one()),
        oldest_us=None if oldest is None else connection.execute(select(func.min(oldest))).scalar(),
        unexpected=_unexpected(connection, name),
    )


def _unexpected(connection: Connection, name: str) -> str:
    """Sound would have to be in a table or a binary column that coughd does not have."""
    if name not in MEANINGS:
        return "not a table of coughd's"
    binary = [
        column["name"]
        for column in inspect(connection).get_columns(name)
        if isinstance(column["type"], LargeBinary) and (name, column["name"]) not in _BINARY
    ]
    return f"binary columns that coughd does not make: {', '.join(binary)}" if binary else ""
