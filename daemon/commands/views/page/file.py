"""The page as a file."""

from __future__ import annotations

import os
import shlex
from collections.abc import Sequence
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from .....storage.history import History
from .....storage.reading.whole_file import whole_file
from ..moments import to_minute
from .fields import RowsAre
from .reading import MOST_SOURCES, sections_of
from .whole import history_page


def write_page(
    history: History,
    path: Path,
    asked: tuple[datetime, datetime],
    source_ids: Sequence[str] | None,
    rows_are: RowsAre,
    epochs_are: tuple[float, int],
    now: datetime,
) -> None:
    """Write the page of these sources, None for all; whole or not at all, and private.

    Raises UsageError for a source that nobody knows, StorageError.
    """
    known = {each.source_id: each for each in history.sources()}
    history.extent(source_ids)  # refuses a source that nobody knows
    sources = [known[each] for each in dict.fromkeys(source_ids or known)]
    shown, others = sources[:MOST_SOURCES], sources[MOST_SOURCES:]
    moment = to_minute(now.astimezone(history.zone))
    made = f"Made by coughd {version('coughd')}, {moment} {history.zone}."
    sections = sections_of(history, shown, asked, rows_are, epochs_are)
    with whole_file(path) as stream:
        stream.writelines(history_page(shown, sections, rows_are, others, made))


def where_to_look(html: str) -> str:
    """Nobody's browser runs as root, which is who wrote the page of the system's service."""
    user = os.environ.get("SUDO_USER")
    if os.geteuid() or not user or not Path(html).is_file():
        return f"{html} is written; open it in a browser"
    to_type = shlex.join(["sudo", "chown", user, html])
    return f"{html} is written, for root only; type {to_type} and open it in a browser"
