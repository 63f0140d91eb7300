"""A whole, checked copy of a SQLite store, taken while the daemon writes."""

from __future__ import annotations

import itertools
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from ...config.errors import StorageError
from ...config.in_place import place_new
from ...config.part_file import part_beside
from ...config.private_file import fsync
from ..faults import hindrance
from ..schema import metadata

Edit = Callable[[sqlite3.Connection], None]
"""Changes the copy before it is checked, inside a transaction."""

_TABLES = tuple(table.name for table in metadata.sorted_tables)


@dataclass(frozen=True, slots=True)
class Contents:
    """What a store holds, by its own word."""

    store_id: str
    schema_version: int
    rows: tuple[tuple[str, int], ...]
    """Of each table: name and number of rows."""

    def count(self, table: str) -> int:
        """Give the rows of a table; 0 where this version has none."""
        return dict(self.rows).get(table, 0)


def copy_store(source: Path, target: Path, edit: Edit | None = None) -> Contents:
    """Copy a store as it is at one moment; the copy is one file, private, checked and on the disk.

    It is written beside `target` and gets its name last, so a file of that name is whole. Others
    may copy to the same name meanwhile: the first one that is through has it.

    Raises
    ------
    StorageError
        There is something at `target` already; the source is no store or damaged; no room.
    """
    if os.path.lexists(target):
        raise _taken(target)
    return copy_store_to_free(source, iter((target,)), edit)[1]


def copy_store_to_free(
    source: Path, targets: Iterator[Path], edit: Edit | None = None
) -> tuple[Path, Contents]:
    """Copy a store as `copy_store` does, to the first of some names in one folder that is free."""
    target = next(targets)
    ask = "; is it a store, is it whole, is there room?"
    with _sentences(f"{target}: the copy failed", ask), part_beside(target) as part:
        with closing(open_read_only(source)) as origin:
            origin.execute("BEGIN")
            before = contents(origin, source)
            _copy_into(origin, part, edit)
        copied = _check_against(before, part)
        fsync(part)
        target = _place(part, target, targets)
        fsync(target.parent)
    return target, copied


def check_store(path: Path) -> Contents:
    """Read every page of a store and give what it holds; StorageError where anything is wrong."""
    with _sentences(f"{path}: cannot be checked"), closing(open_read_only(path)) as connection:
        found = faults_in(connection)
        if found:
            raise StorageError(f"{path}: it is damaged: {found[0]}")
        return contents(connection, path)


def faults_in(connection: sqlite3.Connection) -> list[str]:
    """Give what SQLite finds wrong in its pages and in the references between tables."""
    said = [row[0] for row in connection.execute("PRAGMA integrity_check(20)")]
    faults = [] if said == ["ok"] else said
    orphans = connection.execute("PRAGMA foreign_key_check").fetchmany(20)
    return faults + [
        f"row {rowid} of {table} refers to a missing row of {parent}"
        for table, rowid, parent, _ in orphans
    ]


def contents(connection: sqlite3.Connection, path: Path) -> Contents:
    """Read what an open store holds; StorageError where it is none of coughd's."""
    there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    if "meta" not in there:
        raise StorageError(f"{path}: this is not a coughd store; name the right file")
    meta = dict(connection.execute("SELECT key, value FROM meta"))
    version = str(meta.get("schema_version", ""))
    if "store_id" not in meta or not version.isdecimal():
        raise StorageError(f"{path}: this is not a coughd store; name the right file")
    rows = tuple(
        (name, connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0])  # noqa: S608
        for name in _TABLES
        if name in there
    )
    return Contents(str(meta["store_id"]), int(version), rows)


def open_read_only(path: Path) -> sqlite3.Connection:
    """Open an existing store beside its writer; sqlite3.Error."""
    how = "immutable=1" if _is_frozen(path) else "mode=ro"
    return sqlite3.connect(
        f"file:{quote(os.fsencode(path))}?{how}", uri=True, isolation_level=None, timeout=5.0
    )


def _is_frozen(path: Path) -> bool:
    """Whether the disk is mounted read-only, as one that fails is, and no log belongs to the store.

    There SQLite would want to write before it reads, and nobody else can.
    """
    try:
        read_only = os.statvfs(path).f_flag & os.ST_RDONLY
    except OSError:
        return False
    return bool(read_only) and not path.with_name(f"{path.name}-wal").exists()


def part_of(target: Path) -> Path:
    """Name the file into which a store is saved whose own file was deleted."""
    return target.with_name(f".{target.name}.part")


def _place(part: Path, target: Path, others: Iterator[Path]) -> Path:
    for path in itertools.chain([target], others):
        with suppress(FileExistsError):
            place_new(part, path)
            return path
    raise _taken(target)


def _taken(target: Path) -> StorageError:
    if target.is_dir():
        return StorageError(f"{target}: is a folder; name a new file in it")
    return StorageError(f"{target}: is there already, and nothing is overwritten; move it away")


def _check_against(before: Contents, part: Path) -> Contents:
    copied = check_store(part)
    if copied.rows != before.rows:
        raise StorageError(f"{part}: the copy does not hold what was copied; look at the disk")
    return copied


def _copy_into(origin: sqlite3.Connection, part: Path, edit: Edit | None) -> None:
    with closing(sqlite3.connect(part, isolation_level=None)) as copy:
        origin.backup(copy)
        # A copy is one file: no log beside it that could be left behind.
        copy.execute("PRAGMA journal_mode=DELETE")
        if edit is not None:
            copy.execute("BEGIN")
            edit(copy)
            copy.execute("COMMIT")


@contextmanager
def _sentences(doing: str, ask: str = "") -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as exc:
        why = hindrance(exc) or f"{exc}{ask}"
        raise StorageError(f"{doing}: {why}") from exc
    except OSError as exc:
        raise StorageError(
            f"{doing} ({exc.strerror or exc}); name a folder that exists and has room"
        ) from exc
