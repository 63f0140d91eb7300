"""What verbs that read the store share: where it is, which time, which sources."""

from __future__ import annotations

from datetime import UTC, datetime
from math import isnan
from pathlib import Path
from typing import Annotated

import typer

from ....storage.history import History
from ....storage.reading.intervals import LONGEST_GAP_S
from .options import configured

SinceOption = Annotated[
    str | None,
    typer.Option(
        "--since",
        help="From when: 90m, 24h, 7d, 2w before now, or 2026-11-20, or 2026-11-20T22:00.",
        metavar="TIME",
    ),
]
UntilOption = Annotated[
    str | None,
    typer.Option("--until", help="Until when; a date means its end.", metavar="TIME"),
]
SourcesOption = Annotated[
    list[str] | None,
    typer.Option("--source", help="Only this source id; may be repeated.", metavar="ID"),
]
TimezoneOption = Annotated[
    str | None,
    typer.Option(
        "--timezone",
        help="IANA zone of the hours and days, else the site's.",
        metavar="ZONE",
    ),
]


def _number(seconds: float) -> float:
    # An older typer lets what is no number through a range.
    if isnan(seconds):
        raise typer.BadParameter("it is no number; write seconds, such as 2")
    return seconds


GapOption = Annotated[
    float,
    typer.Option(
        "--gap-s",
        metavar="S",
        help="Seconds without a cough that end an epoch, up to an hour.",
        min=0.001,
        max=LONGEST_GAP_S,
        callback=_number,
    ),
]
MinimumOption = Annotated[
    int, typer.Option("--min-coughs", metavar="N", help="Coughs from which it is an epoch.", min=1)
]
StoreOption = Annotated[
    str | None,
    typer.Option(
        "--store", help="SQLite file or database URL, else the configured one.", metavar="PATH|URL"
    ),
]


def open_history(config: Path | None, store: str | None, timezone: str | None) -> History:
    """Open the store that the options mean; CoughdError where there is none."""
    settings, places = configured(config)
    return History.open(
        store if store is not None else places.store,
        timezone=timezone if timezone is not None else settings.timezone,
        minimum_coverage=settings.coverage.minimum_for_rate,
    )


def now() -> datetime:
    """Give the wall clock."""
    return datetime.now(UTC)
