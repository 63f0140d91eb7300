"""`coughd export`: the history as CSV or JSON Lines with frozen columns."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated, TextIO

import typer
from rich.console import Console
from rich.text import Text

from ...storage.history import History
from ...storage.reading.export import COLUMNS, Format, What, export_records, write_csv, write_jsonl
from ...storage.reading.intervals import DEFAULT_GAP_S, DEFAULT_MINIMUM_COUGHS
from ...storage.reading.local_time import to_us
from ...storage.reading.whole_file import whole_file
from .shared.options import ConfigOption
from .shared.output import data_output
from .shared.reading import (
    GapOption,
    MinimumOption,
    SinceOption,
    SourcesOption,
    StoreOption,
    TimezoneOption,
    UntilOption,
    now,
    open_history,
)
from .shared.time_range import check_order, check_times, moment_of, noon_of
from .views.moments import to_minute


def export(
    what: Annotated[What, typer.Argument(metavar="WHAT", help="Which rows.")],
    config: ConfigOption = None,
    *,
    form: Annotated[Format, typer.Option("--format", help="CSV, or a JSON object a line.")] = "csv",
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format jsonl.")] = False,
    since: SinceOption = None,
    until: UntilOption = None,
    source: SourcesOption = None,
    rejected: Annotated[
        bool, typer.Option("--rejected", help="With events: also those not counted.")
    ] = False,
    timezone: TimezoneOption = None,
    gap_s: GapOption = DEFAULT_GAP_S,
    min_coughs: MinimumOption = DEFAULT_MINIMUM_COUGHS,
    output: Annotated[
        str | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="File, private to you; else, or -, standard output.",
        ),
    ] = None,
    store: StoreOption = None,
) -> None:
    """Write what was heard as CSV or JSON Lines.

    Without --since and --until: everything. docs/history.md explains the columns. A file appears
    whole or not at all.
    """
    check_times(since, until, now())
    with open_history(config, store, timezone) as opened:
        start, end = _asked(opened, what, since, until)
        records = export_records(
            opened,
            what,
            start,
            end,
            source_ids=source,
            counted_only=not rejected,
            gap_s=gap_s,
            minimum_coughs=min_coughs,
        )

        if what in {"events", "epochs", "reviews"}:
            _say_what_is_gone(opened, start)

        def write(stream: TextIO) -> int:
            if form == "csv" and not as_json:
                return write_csv(stream, COLUMNS[what], records)
            return write_jsonl(stream, records)

        # As text: a path does not tell `./-`, a file of that name, from `-`.
        if output is None or output == "-":
            write(data_output())
            return
        progress = Console(stderr=True).status(Text(f"writing {output}"))
        with progress, whole_file(Path(output)) as stream:
            count = write(stream)
        typer.echo(f"{count} {what} written to {output}", err=True)


def _say_what_is_gone(opened: History, start: datetime | None) -> None:
    kept_from = opened.kept_from()
    if kept_from is not None and (start is None or to_us(start) < to_us(kept_from)):
        typer.echo(
            f"single events before {to_minute(kept_from)} are no longer kept; "
            "`coughd export hours` has their sums",
            err=True,
        )


def _asked(
    opened: History, what: What, since: str | None, until: str | None
) -> tuple[datetime | None, datetime | None]:
    moment = now()
    start = end = None
    if since is not None:
        start = moment_of("--since", since, moment, opened.zone)
        start = noon_of(start, since) if what == "nights" else start
    if until is not None:
        end = moment_of("--until", until, moment, opened.zone, end=True)
        end = noon_of(end, until) if what == "nights" else end
    if start is not None and end is not None:
        check_order(start, since, end, until)
    return start, end
