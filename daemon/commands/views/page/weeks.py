"""Long ranges are plotted by week: a year of days would be a thicket. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import reduce
from itertools import groupby
from typing import Literal, TypeAlias

from .....storage.reading.intervals import Interval, Tally
from .....storage.reading.local_time import evening_of
from .fields import RowsAre

Each: TypeAlias = Literal["day", "night", "week"]
"""What one bar or dot is of."""
MOST_ROWS = 100
"""Days or nights; of more a plot has weeks."""


def day_of(row: Interval, rows_are: RowsAre) -> date:
    """The date of a day, of a night's evening, or of the first of them in a week."""
    return evening_of(row.start) if rows_are == "night" else row.start.date()


def plotted(rows: Sequence[Interval], rows_are: RowsAre) -> tuple[Sequence[Interval], Each]:
    """What is plotted of days or nights: these, or where they are many, their weeks from Monday."""
    if len(rows) <= MOST_ROWS:
        return rows, rows_are
    weeks = groupby(rows, key=lambda row: day_of(row, rows_are).isocalendar()[:2])
    return [_together([*week]) for _, week in weeks], "week"


def _together(rows: Sequence[Interval]) -> Interval:
    return rows[0]._replace(
        end_us=rows[-1].end_us,
        tally=reduce(Tally.plus, (row.tally for row in rows)),
        elapsed_us=sum(row.elapsed_us for row in rows),
        epochs_are_known=all(row.epochs_are_known for row in rows),
    )
