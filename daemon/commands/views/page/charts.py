"""The plots beside the map: how much, how often, and at what time of the day. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from .....detectors.drawing.svg import Axis, Chart, round_ticks
from .....storage.reading.intervals import Interval
from ..history_cells import partly, unheard
from ..history_words import count_text, length_text, rate_text
from .fields import RowsAre, clock_hours, day_of
from .weeks import Each

_AIR = 1.08
_MOST_OF_A_RATE = 2.0
"""An interval is drawn up to twice the highest rate: one of few hours would hide all others."""
_EVERY = 3
_MOST_NAMES = 7
_DAYS_OF_A_YEAR = 366


def coughs_of_each(rows: Sequence[Interval], rows_are: RowsAre, each: Each) -> str:
    """A bar of coughs for each day, night or week.

    It is dashed where too little was monitored for a rate. Where nothing was there is a band, since
    no bar is one of no coughs.
    """
    most = max((row.coughs for row in rows), default=0)
    chart = _over_days(f"Coughs by {each}", "coughs", rows, rows_are, each, most or 1)
    for place, row in enumerate(rows):
        day = _named(row, rows_are, each)
        if unheard(row):
            chart.bar(place - 0.5, place + 0.5, chart.y.high, "gone", f"{day}: not monitored")
            continue
        style = "c1 partly" if partly(row) else "s0"
        coughs = count_text(row.coughs, "cough")
        told = f"{day}: {coughs}, {length_text(row.monitored_s)} monitored"
        chart.bar(place - 0.4, place + 0.4, row.coughs, style, told)
    return chart.svg()


def rate_of_each(rows: Sequence[Interval], rows_are: RowsAre, each: Each) -> str:
    """Coughs per monitored hour of each, with its 95 % interval, where there is a rate."""
    rated = _rated(enumerate(rows))
    most = _most((rate, high) for _, rate, _, high in rated)
    chart = _over_days(f"Cough rate by {each}", "coughs/h", rows, rows_are, each, most)
    for place, _, low, high in rated:
        chart.whisker(place, low, min(high, most), "s0")
    told = [_rate_told(_named(rows[int(place)], rows_are, each), *rate) for place, *rate in rated]
    chart.dots([(place, rate) for place, rate, _, _ in rated], "s0", told)
    return chart.svg()


def rate_by_clock(hours: Mapping[int, Interval], rows_are: RowsAre) -> str:
    """Coughs per monitored hour at each hour of the clock, all days together."""
    order = clock_hours(rows_are)
    rated = _rated((at, hours[hour]) for at, hour in enumerate(order) if hour in hours)
    most = _most((rate, high) for _, rate, _, high in rated)
    chart = Chart(
        "Cough rate by hour of the day",
        Axis("hour of the day", -0.5, len(order) - 0.5, ()),
        Axis("coughs/h", 0.0, most * _AIR),
    )
    chart.names(
        [(place - 0.5, f"{hour:02}") for place, hour in enumerate(order) if hour % _EVERY == 0]
    )
    for place, rate, low, high in rated:
        told = _rate_told(f"{order[int(place)]:02}:00", rate, low, high)
        chart.bar(place - 0.4, place + 0.4, rate, "behind", told)
        chart.whisker(place, low, min(high, most), "s0")
    return chart.svg()


def _rated(rows: Iterable[tuple[int, Interval]]) -> list[tuple[float, float, float, float]]:
    """Place, rate and its interval of those that have a rate."""
    return [
        (float(place), row.rate_per_hour, row.rate_low or 0.0, row.rate_high or 0.0)
        for place, row in rows
        if row.rate_per_hour is not None
    ]


def _most(rates: Iterable[tuple[float, float]]) -> float:
    """The top of an axis for rates and the upper ends of their intervals."""
    every = [*rates]
    highest = max((rate for rate, _ in every), default=0.0)
    upper = max((high for _, high in every), default=0.0)
    return min(upper, _MOST_OF_A_RATE * highest) or upper or 1.0


def _rate_told(when: str, rate: float, low: float, high: float) -> str:
    """The whole interval, also where it is drawn in part."""
    return f"{when}: {rate_text(rate)} ({rate_text(low)} to {rate_text(high)})"


def _over_days(
    title: str, what: str, rows: Sequence[Interval], rows_are: RowsAre, each: Each, most: float
) -> Chart:
    ticks = round_ticks(0.0, most * _AIR)
    if what == "coughs":
        ticks = tuple(tick for tick in ticks if tick.is_integer())
    chart = Chart(
        title,
        Axis(each, -0.5, max(0.5, len(rows) - 0.5), ()),
        Axis(what, 0.0, most * _AIR, ticks),
    )
    days = [day_of(row, rows_are) for row in rows]
    in_a_year = not days or days[-1] - days[0] < timedelta(days=_DAYS_OF_A_YEAR)
    form = "%m-%d" if in_a_year else "%Y-%m"
    names = [(float(place), f"{day:{form}}") for place, day in enumerate(days)]
    chart.names(names[:: math.ceil(len(names) / _MOST_NAMES) or 1])
    return chart


def _named(row: Interval, rows_are: RowsAre, each: Each) -> str:
    day = day_of(row, rows_are)
    return f"week from {day}" if each == "week" else f"{day}"
