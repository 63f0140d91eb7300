"""What was heard: the questions that `coughd history`, exports and scripts ask of the store.

    with History.open("/var/lib/coughd/coughd.sqlite3", timezone="Europe/Zurich") as history:
        for day in history.by_day():
            print(day.start, day.coughs, day.monitored_s, day.rate_per_hour)

docs/history.md explains the numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, tzinfo
from functools import partial
from pathlib import Path
from typing import Self, Unpack

from sqlalchemy import Connection

from ..config.errors import StorageError, UsageError
from .closing import Closing
from .reading.cough_reading import epoch_from, read_groups
from .reading.event_reading import event_from, newest_timezone, page_of_events, read_spans
from .reading.history_rows import Epoch, Event, Review, Source, Span
from .reading.interval_reading import gap_us_of, read_intervals
from .reading.intervals import (
    DEFAULT_GAP_S,
    DEFAULT_MINIMUM_COUGHS,
    DEFAULT_MINIMUM_COVERAGE,
    Interval,
    SumsOf,
    Terms,
)
from .reading.local_time import (
    Grid,
    days,
    find_zone,
    from_us,
    hours,
    nights,
    one_row,
    to_us,
    utc_now_us,
)
from .reading.pages import in_pages
from .reading.readable import ReadableStore, StoreAtOneMoment
from .reading.review_reading import page_of_reviews, place_of_review, review_from
from .reading.source_life import SourceLife, choose, known_time, read_lives, source_from
from .upkeep.forgotten import events_from_us


class History(Closing):
    """Read-only view of a store, usable from several threads while the daemon writes.

    Every range is [start, end) in aware datetimes; None means the first or the last moment known.
    An event belongs where its onset is. `source_ids` None means all sources; their coughs and
    their monitored times are added.

    Every method raises StorageError where the store cannot be read, UsageError for an unknown
    source, and ValueError for a datetime without an offset or an end before its start.
    """

    def __init__(
        self,
        store: ReadableStore | StoreAtOneMoment,
        zone: tzinfo,
        *,
        minimum_coverage: float = DEFAULT_MINIMUM_COVERAGE,
        clock: Callable[[], int] = utc_now_us,
    ) -> None:
        self._store = store
        self.zone = zone
        self._minimum_coverage = minimum_coverage
        self._clock = clock

    @classmethod
    def open(
        cls,
        url_or_path: str | Path,
        *,
        timezone: str | None = None,
        minimum_coverage: float = DEFAULT_MINIMUM_COVERAGE,
        clock: Callable[[], int] = utc_now_us,
    ) -> Self:
        """Open an existing store.

        Parameters
        ----------
        url_or_path
            The SQLite file, or a SQLAlchemy URL.
        timezone
            IANA zone that cuts hours and days; None: that of the newest event, else UTC.
        minimum_coverage
            Share of the time (0..1) below which an interval has no rate.
        clock
            UTC now in microseconds; time after it has not passed.

        Raises
        ------
        StorageError
            There is no store, it cannot be read, or it is not coughd's.
        UsageError
            There is no such time zone.
        """
        zone = find_zone(timezone) if timezone is not None else None
        store = ReadableStore.open(url_or_path)
        try:
            with store.reading() as connection:
                zone = zone or find_zone(newest_timezone(connection) or "UTC")
        except (StorageError, UsageError):
            store.close()
            raise
        return cls(store, zone, minimum_coverage=minimum_coverage, clock=clock)

    @contextmanager
    def at_one_moment(self) -> Iterator[History]:
        """Give a view whose answers agree, whatever is written meanwhile; for one thread.

        Be quick: the log of a SQLite store grows while it is open.
        """
        now_us = self._clock()
        with self._store.at_one_moment() as store:
            yield History(
                store, self.zone, minimum_coverage=self._minimum_coverage, clock=lambda: now_us
            )

    def sources(self) -> list[Source]:
        """Give every source the store knows, by id."""
        with self._store.reading() as connection:
            lives = read_lives(connection, self._clock())
        return [source_from(life, self.zone) for life in lives]

    def extent(self, source_ids: Sequence[str] | None = None) -> tuple[datetime, datetime]:
        """Give the first and the last moment known of the sources; now twice where none is."""
        with self._store.reading() as connection:
            _, start_us, end_us = self._asked(connection, source_ids, None, None)
        return from_us(start_us, self.zone), from_us(end_us, self.zone)

    def kept_from(self) -> datetime | None:
        """Give from when on all single events are kept; None where none was ever deleted.

        Sums of earlier times still hold what was deleted by age or for want of room.
        """
        with self._store.reading() as connection:
            kept_from_us = events_from_us(connection)
        return None if kept_from_us is None else from_us(kept_from_us, self.zone)

    def events(
        self,
        start: datetime | None = None,
        end: datetime | None = None,
        *,
        source_ids: Sequence[str] | None = None,
        counted_only: bool = True,
        limit: int | None = None,
        newest_first: bool = False,
    ) -> Iterator[Event]:
        """Give the events by onset, read in pages: what is written meanwhile may be among them."""
        with self._store.reading() as connection:
            lives, start_us, end_us = self._asked(connection, source_ids, start, end)
        names = {life.source_id: life.name for life in lives}
        read_page = partial(
            page_of_events,
            within=(start_us, end_us),
            source_ids=[*names],
            counted_only=counted_only,
            newest_first=newest_first,
        )
        rows = in_pages(self._store.reading, read_page, limit)
        return (event_from(row, names, self.zone) for row in rows)

    def reviews(
        self,
        start: datetime | None = None,
        end: datetime | None = None,
        *,
        source_ids: Sequence[str] | None = None,
    ) -> Iterator[Review]:
        """Give what persons said of the events of the range, word after word as it was stored."""
        with self._store.reading() as connection:
            lives, start_us, end_us = self._asked(connection, source_ids, start, end)
        names = {life.source_id: life.name for life in lives}
        read_page = partial(page_of_reviews, within=(start_us, end_us), source_ids=[*names])
        rows = in_pages(self._store.reading, read_page, place_of=place_of_review)
        return (review_from(row, names, self.zone) for row in rows)

    def epochs(
        self,
        start: datetime | None = None,
        end: datetime | None = None,
        *,
        source_ids: Sequence[str] | None = None,
        gap_s: float = DEFAULT_GAP_S,
        minimum_coughs: int = DEFAULT_MINIMUM_COUGHS,
    ) -> Iterator[Epoch]:
        """Give the epochs that begin in the range, by first onset, read in pages as events are.

        The last one may end after the range.
        """
        gap_us = gap_us_of(gap_s, minimum_coughs)
        terms = Terms(self.zone, gap_s, minimum_coughs, self._minimum_coverage)
        with self._store.reading() as connection:
            lives, start_us, end_us = self._asked(connection, source_ids, start, end)
        names = {life.source_id: life.name for life in lives}
        groups = read_groups(self._store.reading, start_us, end_us, [*names], gap_us)
        return (
            epoch_from(group, names, terms) for group in groups if group.coughs >= minimum_coughs
        )

    def by_hour(
        self,
        start: datetime | None = None,
        end: datetime | None = None,
        **of: Unpack[SumsOf],
    ) -> list[Interval]:
        """Give every local hour of the range, those without a cough or unmonitored included.

        The first and the last one are cut by the range. Where the zone's offset changes a new
        row begins: the repeated hour has two.
        """
        return self._intervals(hours, start, end, **of)

    def by_day(
        self,
        start: datetime | None = None,
        end: datetime | None = None,
        **of: Unpack[SumsOf],
    ) -> list[Interval]:
        """Give every local day of the range; the first and the last one are cut by it."""
        return self._intervals(days, start, end, **of)

    def by_night(
        self,
        start: datetime | None = None,
        end: datetime | None = None,
        **of: Unpack[SumsOf],
    ) -> list[Interval]:
        """Give every night of the range, from local noon to local noon, cut as days are."""
        return self._intervals(nights, start, end, **of)

    def summary(
        self,
        start: datetime | None = None,
        end: datetime | None = None,
        **of: Unpack[SumsOf],
    ) -> Interval:
        """Give the whole range as one interval."""
        return self._intervals(one_row, start, end, **of)[0]

    def coverage(
        self,
        start: datetime | None = None,
        end: datetime | None = None,
        *,
        source_ids: Sequence[str] | None = None,
    ) -> Iterator[Span]:
        """Give what was heard of each source's time, source by source, cut to the range."""
        with self._store.reading() as connection:
            lives, start_us, end_us = self._asked(connection, source_ids, start, end)
        for life in lives:
            with self._store.reading() as connection:
                spans = read_spans(connection, life, start_us, end_us, self.zone)
            yield from spans

    def close(self) -> None:
        """Close all connections."""
        self._store.close()

    def _intervals(
        self,
        cut: Callable[[int, int, tzinfo], Grid],
        start: datetime | None,
        end: datetime | None,
        source_ids: Sequence[str] | None = None,
        gap_s: float = DEFAULT_GAP_S,
        minimum_coughs: int = DEFAULT_MINIMUM_COUGHS,
    ) -> list[Interval]:
        gap_us_of(gap_s, minimum_coughs)
        terms = Terms(self.zone, gap_s, minimum_coughs, self._minimum_coverage)
        with self._store.reading() as connection:
            lives, start_us, end_us = self._asked(connection, source_ids, start, end)
            return read_intervals(connection, cut(start_us, end_us, self.zone), lives, terms)

    def _asked(
        self,
        connection: Connection,
        source_ids: Sequence[str] | None,
        start: datetime | None,
        end: datetime | None,
    ) -> tuple[list[SourceLife], int, int]:
        """Find the sources meant and the range in UTC microseconds."""
        now_us = self._clock()
        lives = choose(read_lives(connection, now_us), source_ids)
        first_us, last_us = known_time(connection, lives, now_us)
        start_us = first_us if start is None else to_us(start)
        end_us = max(last_us, start_us) if end is None else to_us(end)
        if end_us < start_us:
            raise ValueError(f"the range ends ({end}) before it begins ({start})")
        return lives, start_us, end_us
