"""A store of an earlier version is copied, then brought forward step by step."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

import uuid_utils
from sqlalchemy import Connection, Engine, insert, inspect, select, text, update

from ..config.errors import StorageError
from .schema import SCHEMA_VERSION, meta, metadata
from .upkeep.copying import copy_store

_log = logging.getLogger("coughd.store")

Step: TypeAlias = Callable[[Connection], None]
"""Brings a store from one version to the next, inside a transaction."""


def _sum_by_hour(connection: Connection) -> None:
    """Version 2 keeps the sums per UTC hour too; the last stores of version 1 did so already."""
    # Written out: a step makes its own version's tables, whatever today's are.
    sums = ("coughs", "cough_seconds", "epochs", "rejected")
    spans = ("ok_us", "clipped_us", "silent_us", "dropped_us")
    names = ", ".join((*sums, *spans))
    connection.exec_driver_sql(
        "CREATE TABLE IF NOT EXISTS rollup_hours (bucket_us BIGINT NOT NULL, "
        "source_id VARCHAR NOT NULL REFERENCES sources (source_id), "
        + "".join(f"{name} INTEGER NOT NULL, " for name in sums)
        + "".join(f"{name} BIGINT NOT NULL, " for name in spans)
        + "PRIMARY KEY (bucket_us, source_id))"
    )
    connection.exec_driver_sql("DELETE FROM rollup_hours")
    hour = "bucket_us - bucket_us % 3600000000"
    added = ", ".join(f"sum({name})" for name in (*sums, *spans))
    # As text: to a server's driver a bare % begins a placeholder.
    connection.execute(
        text(
            f"INSERT INTO rollup_hours (bucket_us, source_id, {names}) "  # noqa: S608 - our own
            f"SELECT {hour}, source_id, {added} FROM rollup GROUP BY {hour}, source_id"
        )
    )


STEPS: Mapping[int, Step] = MappingProxyType({1: _sum_by_hour})
"""By the version that the step starts from."""


def prepare(
    engine: Engine,
    path: Path | None,
    name: str,
    *,
    target: int = SCHEMA_VERSION,
    steps: Mapping[int, Step] = STEPS,
) -> None:
    """Make the tables of an empty store, or migrate an old one after a copy beside it.

    `name` is how errors call the store. The copy is `<file>.v<version>`, checked. Each step is a
    transaction of its own, so a failure leaves the last good version.

    Raises
    ------
    StorageError
        The store is newer than this program, or another program's.
    """
    with engine.begin() as connection:
        version = _version(connection, name)
        if version is None:
            _create(connection, target)
            return
    if version > target:
        raise StorageError(
            f"{name}: the store has version {version}, this coughd knows up to {target}; "
            "upgrade coughd"
        )
    if version == target:
        return
    copy = _copy(path, path.with_name(f"{path.name}.v{version}")) if path else None
    for start in range(version, target):
        with engine.begin() as connection:
            steps[start](connection)
            _set_version(connection, start + 1)
    kept = f"; {copy} is a checked copy of what it was" if copy else ""
    _log.warning("%s: brought from version %d to %d%s", name, version, target, kept)


def read_store_id(connection: Connection) -> str:
    """Which store this is; another one after a backup was restored."""
    store_id = connection.execute(select(meta.c.value).where(meta.c.key == "store_id")).scalar()
    if store_id is None:
        raise StorageError("the store has no identity, so it is not a coughd store; move it away")
    return str(store_id)


def _version(connection: Connection, name: str) -> int | None:
    tables = inspect(connection).get_table_names()
    if not tables:
        return None
    if meta.name not in tables:
        raise StorageError(
            f"{name}: this is a database of another program; move it away or name another file "
            "in store.url"
        )
    said = connection.execute(select(meta.c.value).where(meta.c.key == "schema_version")).scalar()
    if said is None or not str(said).isdecimal():
        raise StorageError(
            f"{name}: it does not say its version, so it is not a coughd store; move it away"
        )
    return int(said)


def _create(connection: Connection, version: int) -> None:
    metadata.create_all(connection)
    connection.execute(
        insert(meta),
        [
            {"key": "store_id", "value": str(uuid_utils.uuid7())},
            {"key": "schema_version", "value": str(version)},
        ],
    )
    _set_version(connection, version)


def _set_version(connection: Connection, version: int) -> None:
    connection.execute(
        update(meta).where(meta.c.key == "schema_version").values(value=str(version))
    )
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA user_version={version}")


def _copy(path: Path, copy: Path) -> Path:
    # An earlier copy may be of another state: it stays, and this one gets a number.
    numbered = (copy.with_name(f"{copy.name}.{number}") for number in itertools.count(2))
    free = next(one for one in itertools.chain([copy], numbered) if not one.is_file())
    try:
        copy_store(path, free)
    except StorageError as exc:
        raise StorageError(f"the copy before the upgrade failed: {exc}") from exc
    return free
