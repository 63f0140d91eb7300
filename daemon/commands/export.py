"""`coughd export`: the history as CSV or JSON Lines with frozen columns."""

from __future__ import annotations

from typing import Annotated

import typer

from ...storage.reading.export import COLUMNS, Format, What, export_records
from ...storage.reading.intervals import DEFAULT_GAP_S, DEFAULT_MINIMUM_COUGHS
from .shared.options import ConfigOption
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
from .shared.rows import OutputOption, write_rows
from .shared.time_range import check_times, range_of
from .views.gone import say_what_is_gone


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
    output: OutputOption = None,
    store: StoreOption = None,
) -> None:
    """Write what was heard as CSV or JSON Lines.

    Without --since and --until: everything. docs/history.md explains the columns. A file appears
    whole or not at all.
    """
    check_times(since, until, now())
    with open_history(config, store, timezone) as opened:
        start, end = range_of(since, until, now(), opened.zone, of_nights=what == "nights")
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
            say_what_is_gone(opened, start)
        as_json = as_json or form == "jsonl"
        count = write_rows(COLUMNS[what], records, output, as_json=as_json)
    if count is not None:
        typer.echo(f"{count} {what} written to {output}", err=True)
