"""Read the rows of a grid as intervals: sums, epochs by the terms, and the time that passed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import nullcontext

from sqlalchemy import Connection

from ..upkeep.forgotten import events_from_us
from .cough_reading import read_groups
from .intervals import (
    DEFAULT_GAP_S,
    DEFAULT_MINIMUM_COUGHS,
    LONGEST_GAP_S,
    Interval,
    Tally,
    Terms,
)
from .local_time import SECOND_US, Grid
from .source_life import SourceLife, known_time
from .tallies import add_up


def read_intervals(
    connection: Connection, grid: Grid, lives: Sequence[SourceLife], terms: Terms
) -> list[Interval]:
    """Give an interval for each row of the grid, the sources added together."""
    source_ids = [life.source_id for life in lives]
    kept_from_us = events_from_us(connection)
    # Where nothing was deleted the events of an end are as good as the sums.
    known_us = None if kept_from_us is None else known_time(connection, lives, grid.end_us)
    sums = add_up(connection, grid, source_ids, known_us)
    derived = False
    if grid.runs and (terms.gap_s, terms.minimum_coughs) != (
        DEFAULT_GAP_S,
        DEFAULT_MINIMUM_COUGHS,
    ):
        begun = _epochs_begun(connection, grid, source_ids, terms)
        sums = {row: tally._replace(epochs=begun[row]) for row, tally in sums.items()}
        derived = True
    source_id = source_ids[0] if len(source_ids) == 1 else None
    nothing = Tally()
    intervals = [
        Interval(
            start_us,
            end_us,
            source_id,
            sums.get(row, nothing),
            sum([life.elapsed_us(start_us, end_us) for life in lives]),
            terms,
        )
        for row, (start_us, end_us) in enumerate(grid.spans())
    ]
    if kept_from_us is None or not derived:
        return intervals
    return [
        row._replace(epochs_are_known=row.start_us >= kept_from_us or not row.coughs)
        for row in intervals
    ]


def gap_us_of(gap_s: float, minimum_coughs: int) -> int:
    """Check what an epoch is to be and give the gap in microseconds; ValueError."""
    # Written so that a gap that is no number is refused too.
    if not 0 < gap_s <= LONGEST_GAP_S or minimum_coughs < 1:
        raise ValueError(
            f"an epoch needs a gap above 0 s, of {LONGEST_GAP_S:g} s at most, and a minimum of at "
            "least 1 cough"
        )
    return round(gap_s * SECOND_US)


def _epochs_begun(
    connection: Connection, grid: Grid, source_ids: Sequence[str], terms: Terms
) -> Counter[int]:
    gap_us = gap_us_of(terms.gap_s, terms.minimum_coughs)
    # In the transaction of the sums, so that both tell of the same coughs.
    groups = read_groups(
        lambda: nullcontext(connection), grid.starts_us[0], grid.end_us, source_ids, gap_us
    )
    return Counter(
        grid.row_at(group.onset_us) for group in groups if group.coughs >= terms.minimum_coughs
    )
