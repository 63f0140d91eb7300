"""The map in numbers, for those who cannot see it or point at its fields. Pure."""

from __future__ import annotations

from .....detectors.drawing.document import table
from .....storage.reading.intervals import Interval
from ..history_cells import unheard
from .fields import Rows, RowsAre, clock_hours
from .heat_map import MOST_ROWS


def hours_table(rows: Rows, rows_are: RowsAre) -> str:
    """Coughs in each hour of the map, as HTML."""
    hours = clock_hours(rows_are)
    headings = [rows_are, *(f"{hour:02}" for hour in hours)]
    shown = [*rows.items()][-MOST_ROWS:]
    return table(
        headings,
        [[f"{day}", *(_cell(row.get(hour)) for hour in hours)] for day, row in shown],
    )


def _cell(field: Interval | None) -> str:
    if field is None:
        return ""
    if unheard(field):
        return "-"
    return f"{field.coughs}" if field.rate_withheld is None else f"({field.coughs})"
