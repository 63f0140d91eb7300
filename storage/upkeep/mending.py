"""What `coughd doctor --fix` does to a store; the caller sees that the store is `at_rest`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from sqlalchemy import delete

from ...config.errors import StorageError
from ..engine import open_writer
from ..faults import storage_faults
from ..place import sqlite_path, store_name, store_url
from ..rollup import write_tally
from ..schema import rollup, rollup_hours
from .checkup import open_files, sums_due
from .findings import Finding
from .salvage import salvage


def mend(
    findings: Sequence[Finding], store: Path | str, folder: Path, now: datetime
) -> Iterator[str]:
    """Mend what was found and say what was done; StorageError where it cannot be done."""
    fixes = {finding.fix for finding in findings}
    path = sqlite_path(store_url(store))
    if path is not None:
        if "modes" in fixes:
            yield from _close(folder, path)
        if "salvage" in fixes:
            done = salvage(path, now)
            kept = ", ".join(f"{count} {name}" for name, count in done.rows if count)
            yield f"the damaged store is now {done.aside}"
            yield f"a new one holds what was readable: {kept or 'nothing'}"
            lost = done.unreadable + done.refused
            yield f"{lost} rows could not be read; subscribers see a new store"
            return
    if "sums" in fixes:
        yield from _sum_anew(store)


def _close(folder: Path, store: Path) -> Iterator[str]:
    for path in open_files(folder, store):
        mode = 0o700 if path.is_dir() else 0o600
        try:
            path.chmod(mode)
        except OSError as exc:
            raise StorageError(
                f"{path}: its rights cannot be changed ({exc.strerror}); run this as its owner"
            ) from exc
        yield f"{path} is now its owner's only ({mode:04o})"


def _sum_anew(store: Path | str) -> Iterator[str]:
    url = store_url(store)
    engine = open_writer(url)
    try:
        with storage_faults(f"{store_name(url)}: cannot be mended"), engine.begin() as connection:
            due = sums_due(connection)
            for table in (rollup, rollup_hours):
                connection.execute(delete(table))
            write_tally(connection, due)
    finally:
        engine.dispose()
    yield "the sums were made anew from events and coverage"
