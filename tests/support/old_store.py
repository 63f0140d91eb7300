"""A store as an earlier coughd wrote it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

EVENTS = 5
COUGHS_BY_UTC_HOUR = (3, 1)
LAST_SEQ = 5


def write_old_store(path: Path) -> Path:
    """Version 1: a daemon of before the sums per UTC hour wrote it, `store_v1.sql` is its text."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(Path(__file__).with_name("store_v1.sql").read_text())
    return path
