"""Long ranges are plotted by week: a year of days would be a thicket. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Literal, TypeAlias

from .....storage.reading.intervals import Interval, together
from .fields import RowsAre, day_of

Each: TypeAlias = Literal["day", "night", "week"]
"""What one bar or dot is of."""
MOST_ROWS = 100
"""Days or nights; of more a plot has weeks."""


def plotted(rows: Sequence[Interval], rows_are: RowsAre) -> tuple[Sequence[Interval], Each]:
    """What is plotted of days or nights: these, or where they are many, their weeks from Monday."""
    if len(rows) <= MOST_ROWS:
        return rows, rows_are
    weeks = groupby(rows, key=lambda row: day_of(row, rows_are).isocalendar()[:2])
    return [together([*week]) for _, week in weeks], "week"
