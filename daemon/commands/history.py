"""`coughd history`: what was heard, as a table, as plain lines or as JSON."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, time
from functools import partial
from pathlib import Path
from typing import Annotated, TypeAlias

import typer
from rich.console import Console

from ...config.errors import UsageError
from ...storage.history import History
from ...storage.reading.intervals import DEFAULT_GAP_S, DEFAULT_MINIMUM_COUGHS
from ...storage.reading.local_time import evening_of, to_us
from .shared.options import ConfigOption, JsonOption
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
from .shared.time_range import check_order, check_times, is_length, moment_of, noon_of
from .views.history_report import By, Report, Row, report_of, write_document
from .views.history_view import print_plain, print_tables
from .views.page.fields import RowsAre
from .views.page.file import where_to_look, write_page

_Range: TypeAlias = tuple[datetime, datetime]
_SINCE: dict[By, str] = {"event": "24h", "hour": "24h", "day": "7d", "night": "7d", "epoch": "24h"}
_SINCE_OF_PAGE = "4w"
_NOON = time(12)


def history(
    config: ConfigOption = None,
    *,
    since: SinceOption = None,
    until: UntilOption = None,
    by: Annotated[
        By, typer.Option("--by", help="A line for each event, hour, day, night or epoch.")
    ] = "event",
    source: SourcesOption = None,
    rejected: Annotated[
        bool, typer.Option("--rejected", help="Also list what was heard but not counted, and why.")
    ] = False,
    timezone: TimezoneOption = None,
    gap_s: GapOption = DEFAULT_GAP_S,
    min_coughs: MinimumOption = DEFAULT_MINIMUM_COUGHS,
    as_json: JsonOption = False,
    html: Annotated[
        str | None,
        typer.Option(
            "--html",
            metavar="FILE",
            help="Write a web page with pictures instead, private to you: by night, or --by day.",
        ),
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", metavar="N", help="Only the newest lines.", min=1)
    ] = None,
    store: StoreOption = None,
) -> None:
    """Show coughs, or sums by hour, day, night or epoch.

    Without --since: the last 24 hours, by day and night the last 7 days, on a page the last 4
    weeks. A night is from noon to noon, and has the date of its evening.

    Rates are coughs per monitored hour. What was not heard is shown as not monitored, not as
    zero.
    """
    check_times(since, until, now())
    if html is not None:
        _refuse_for_page(by, html, as_json=as_json, listed=rejected or limit is not None)
        with open_history(config, store, timezone) as lasting, lasting.at_one_moment() as opened:
            rows_are: RowsAre = "day" if by == "day" else "night"
            asked = _asked(opened, rows_are, since or _SINCE_OF_PAGE, until, source)
            write_page(opened, Path(html), asked, source, rows_are, (gap_s, min_coughs), now())
        typer.echo(where_to_look(html), err=True)
        return
    epochs_are = gap_s, min_coughs
    with open_history(config, store, timezone) as opened:
        asked = _asked(opened, by, since, until, source)
        report = report_of(opened, by, asked, source, epochs_are)
        part = report.summary.start, report.summary.end
        rows = _rows(opened, by, part, source, epochs_are, limit=limit, rejected=rejected)
        report = replace(report, rows=rows, with_rejected=rejected)
        _tell(report, as_json=as_json)


def _tell(report: Report, *, as_json: bool) -> None:
    """Write the report, its rows as they are read unless they have to fit a table."""
    if as_json:
        write_document(report, data_output())
        return
    console = Console(highlight=False)
    if console.is_terminal:
        print_tables(report, console)
    else:
        print_plain(report, typer.echo)


def _refuse_for_page(by: By, html: str, *, as_json: bool, listed: bool) -> None:
    if html == "-":
        raise UsageError("--html writes a file and prints nothing; name one: --html coughs.html")
    if by in {"hour", "epoch"}:
        raise UsageError(f"a page is by night or by day, with all hours; leave --by {by} out")
    if as_json or listed:
        raise UsageError("--html shows sums; --json, --limit and --rejected are for lists")


def _asked(
    opened: History, by: By, since: str | None, until: str | None, source_ids: list[str] | None
) -> _Range:
    """Read the options, in whole hours, days and nights where they can be meant."""
    moment, zone = now(), opened.zone
    begin = since if since is not None else _SINCE[by]
    start = _whole(by, begin, moment_of("--since", begin, moment, zone))
    if until is None:
        latest = max(moment.astimezone(zone), _end_of_files(opened, source_ids), key=to_us)
        return start, max(start, latest, key=to_us)
    end = moment_of("--until", until, moment, zone, end=True)
    if by == "night":
        end = noon_of(end, until)
    check_order(start, since, end, until)
    return start, end


def _end_of_files(opened: History, source_ids: list[str] | None) -> datetime:
    """Later than now where a recording was heard faster than it sounds: it has its own pace."""
    files = [
        each.source_id
        for each in opened.sources()
        if each.kind == "file" and (source_ids is None or each.source_id in source_ids)
    ]
    return opened.extent(files)[1]


def _whole(by: By, begin: str, start: datetime) -> datetime:
    """Begin a length of time with a whole hour, day or night, and a date's night with its noon."""
    if not is_length(begin):
        return noon_of(start, begin) if by == "night" else start
    match by:
        case "hour":
            return start.replace(minute=0, second=0, microsecond=0)
        case "day":
            return datetime.combine(start.date(), time(), start.tzinfo)
        case "night":
            return datetime.combine(evening_of(start), _NOON, start.tzinfo)
        case _:
            return start


def _rows(
    opened: History,
    by: By,
    part: _Range,
    source_ids: list[str] | None,
    epochs_are: tuple[float, int],
    *,
    limit: int | None,
    rejected: bool,
) -> Iterable[Row]:
    if by == "event":
        ask = partial(opened.events, *part, source_ids=source_ids, counted_only=not rejected)
        return ask() if limit is None else [*ask(limit=limit, newest_first=True)][::-1]
    asks: dict[By, Callable[..., Iterable[Row]]] = {
        "hour": opened.by_hour,
        "day": opened.by_day,
        "night": opened.by_night,
        "epoch": opened.epochs,
    }
    gap_s, minimum_coughs = epochs_are
    rows = asks[by](*part, source_ids=source_ids, gap_s=gap_s, minimum_coughs=minimum_coughs)
    return rows if limit is None else deque(rows, maxlen=min(limit, sys.maxsize))
