"""Is the store whole, does it add up, is it private, is there room? Checks that change nothing."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from glob import escape
from pathlib import Path

from sqlalchemy import Connection, func, select

from ...config.errors import StorageError
from ...config.part_file import parts_left
from ..engine import open_reader
from ..faults import hindrance, storage_faults
from ..lock import LOCK_NAME
from ..place import is_there, sqlite_path, store_name, store_url
from ..reading.readable import check_readable
from ..rollup import Tally, read_rollup, recompute, settled
from ..schema import UTC_HOUR_US, outbox, rollup_hours
from ..told import TOLD_NAME
from .backup import backups_in
from .copying import faults_in, open_read_only
from .findings import Finding
from .forgotten import events_from_us
from .room import BALLAST_NAME, MEGABYTE, free_bytes

_OLD_BACKUP_DAYS = 30
_WRONG_CLOCK_DAYS = 1.0
_FIX = "stop coughd and run `coughd doctor --fix`"


def check_store_at(store: Path | str) -> Iterator[Finding]:
    """Check a store, as far as it can be read; the daemon may run."""
    url = store_url(store)
    path, name = sqlite_path(url), store_name(url)
    if path is not None:
        try:
            if not is_there(path):
                yield Finding("store", "warning", f"{path} is missing", "`coughd run` makes one")
                return
        except StorageError as exc:
            yield Finding("store", "fault", str(exc), exit_code=os.EX_NOPERM)
            return
        pages = _pages(path)
        yield pages
        if pages.state == "fault":
            return
    try:
        engine = open_reader(url)
        try:
            with storage_faults(f"{name}: cannot be read"), engine.begin() as connection:
                check_readable(connection, name)
                yield _sums(connection)
                yield _messages(connection)
        finally:
            engine.dispose()
    except StorageError as exc:
        yield Finding("store", "fault", str(exc))


def check_folder(folder: Path, store: Path, free_floor: int, now: datetime) -> Iterator[Finding]:
    """Check room, rights, and what lies beside a SQLite store."""
    yield _room(store.parent if os.path.isdir(store.parent) else folder, free_floor)  # noqa: PTH112 - says no where this user may not look
    closed = next(filter(_is_closed, (folder, store.parent)), None)
    if closed is not None:
        yield Finding(
            "rights",
            "fault",
            f"this user may not look into {closed}",
            "try again as root, or as its owner",
            exit_code=os.EX_NOPERM,
        )
        return
    yield _modes(folder, store)
    yield _backups(folder / "backups", now)
    half = [path.name for path in parts_left(folder / "backups")]
    if half:
        yield Finding(
            "half backups",
            "warning",
            f"left in {folder / 'backups'} by a backup that was killed: {', '.join(half)}",
            "the next `coughd backup create` deletes them",
        )
    left = sorted(
        path.name
        for why in ("aside", "damaged", "foreign")
        for path in store.parent.glob(f"{escape(store.name)}.{why}-*Z")
    )
    if left:
        yield Finding(
            "set aside",
            "warning",
            f"beside the store: {', '.join(left)}",
            "what they hold is not in the history; delete them when you no longer need them",
        )
    before = sorted(path.name for path in store.parent.glob(f"{escape(store.name)}.v[0-9]*"))
    if before:
        yield Finding(
            "before upgrades",
            "warning",
            f"copies beside the store: {', '.join(before)}",
            "they keep what `retention` deletes from the store; delete them when all is well",
        )


def sums_due(connection: Connection) -> Tally:
    """Give what the sums of the quarters should be. Reads everything."""
    return settled(read_rollup(connection), recompute(connection), events_from_us(connection))


def open_files(folder: Path, store: Path) -> list[Path]:
    """Give our files and folders that others than their owner may read or write."""
    ours = [store, *(store.with_name(store.name + ending) for ending in ("-wal", "-shm"))]
    ours += [folder / LOCK_NAME, folder / TOLD_NAME, store.with_name(BALLAST_NAME)]
    ours += backups_in(folder / "backups")
    ours += store.parent.glob(f"{escape(store.name)}.*")
    return [
        path
        for path in (folder, *ours)
        if path.exists() and stat.S_IMODE(path.stat().st_mode) & 0o077
    ]


def _is_closed(folder: Path) -> bool:
    """Whether it is there, and not for this user."""
    try:
        return is_there(folder) and not os.access(folder, os.R_OK | os.X_OK, effective_ids=True)
    except StorageError:
        return True


def _pages(path: Path) -> Finding:
    check = "pages"
    try:
        with closing(open_read_only(path)) as connection:
            faults = faults_in(connection)
    except sqlite3.Error as exc:
        why = hindrance(exc)
        if why is not None:
            what, _, remedy = why.partition("; ")
            return Finding(check, "fault", f"{path}: cannot be read: {what}", remedy)
        faults = [str(exc)]
    if not faults:
        return Finding(check, "ok", f"every page of {path} was read and fits")
    more = f", and {len(faults) - 1} more" if faults[1:] else ""
    return Finding(
        check,
        "fault",
        f"{path}: {faults[0]}{more}",
        f"{_FIX}, which sets it aside and recovers what is readable, or restore a backup",
        fix="salvage",
    )


def _sums(connection: Connection) -> Finding:
    due = sums_due(connection)
    by_hour: Tally = Counter()
    for (bucket_us, source_id, column), total in due.items():
        by_hour[bucket_us - bucket_us % UTC_HOUR_US, source_id, column] += total
    wrong = _differing(read_rollup(connection), due)
    wrong += _differing(read_rollup(connection, rollup_hours), by_hour)
    if not wrong:
        coughs = sum(total for (_, _, column), total in due.items() if column == "coughs")
        return Finding("sums", "ok", f"{coughs} coughs: the sums agree with events and coverage")
    return Finding(
        "sums",
        "fault",
        f"{wrong} sums differ from the events and the coverage that they sum",
        f"{_FIX}, which sums anew",
        fix="sums",
    )


def _differing(found: Tally, due: Tally) -> int:
    return sum(found[key] != due[key] for key in {*found, *due})


def _messages(connection: Connection) -> Finding:
    numbers = select(func.count(), func.min(outbox.c.seq), func.max(outbox.c.seq))
    count, oldest, last = connection.execute(numbers.select_from(outbox)).one()
    if count == (last or 0) - (oldest or 1) + 1:
        kept = f"{count} messages, seq {oldest} to {last}" if count else "no messages yet"
        return Finding("messages", "ok", f"{kept}: without a hole")
    return Finding(
        "messages",
        "fault",
        f"{count} messages between seq {oldest} and {last}: some are missing",
        f"{_FIX}, which keeps those after the last hole",
        fix="salvage",
    )


def _room(folder: Path, free_floor: int) -> Finding:
    try:
        free = free_bytes(folder)
    except StorageError as exc:
        return Finding("room", "fault", str(exc))
    evidence = f"{free // MEGABYTE} MB free below {folder}"
    if free >= free_floor:
        return Finding("room", "ok", evidence)
    return Finding(
        "room",
        "fault",
        f"{evidence}, less than retention.free_space_mb ({free_floor // MEGABYTE})",
        "free some space; no embeddings are stored meanwhile",
    )


def _modes(folder: Path, store: Path) -> Finding:
    found = open_files(folder, store)
    if not found:
        return Finding("rights", "ok", f"nobody but the owner may read what is in {folder}")
    names = ", ".join(f"{path} ({stat.S_IMODE(path.stat().st_mode):04o})" for path in found)
    return Finding(
        "rights",
        "fault",
        f"others may read or write {names}",
        "run `coughd doctor --fix`",
        fix="modes",
        exit_code=os.EX_NOPERM,
    )


def _backups(folder: Path, now: datetime) -> Finding:
    found = [
        (path, days) for path in backups_in(folder) if (days := _days_old(path, now)) is not None
    ]
    # One that a wrong clock made must not hide that no others follow.
    past = [one for one in found if one[1] > -_WRONG_CLOCK_DAYS]
    if not past:
        return Finding(
            "backups", "warning", f"none in {folder}", "let a timer run `coughd backup create`"
        )
    newest, days = past[-1]
    evidence = f"{len(found)} in {folder}, the newest {newest.name}"
    if days <= _OLD_BACKUP_DAYS:
        return Finding("backups", "ok", evidence)
    return Finding(
        "backups",
        "warning",
        f"{evidence}, {days:.0f} days ago",
        "let a timer run `coughd backup create`",
    )


def _days_old(path: Path, now: datetime) -> float | None:
    """None where somebody has deleted it meanwhile."""
    try:
        return (now.timestamp() - path.stat().st_mtime) / 86_400
    except FileNotFoundError:
        return None
