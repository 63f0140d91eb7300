"""What can no longer be shown."""

from __future__ import annotations

from datetime import datetime

import typer

from ....storage.history import History
from ....storage.reading.local_time import to_us
from .moments import to_minute


def say_what_is_gone(opened: History, start: datetime | None) -> None:
    """Tell on standard error where the range reaches back to events that are deleted."""
    kept_from = opened.kept_from()
    if kept_from is not None and (start is None or to_us(start) < to_us(kept_from)):
        typer.echo(
            f"single events before {to_minute(kept_from)} are no longer kept; "
            "`coughd export hours` has their sums",
            err=True,
        )
