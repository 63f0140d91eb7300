"""When it was coughed: a row for each day or night, a field for each hour. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from html import escape
from itertools import pairwise

from .....storage.reading.intervals import Interval
from .....storage.reading.shares import percent_given
from ..history_cells import unheard
from ..history_words import count_text, length_text
from .fields import Rows, RowsAre, clock_hours

STEPS = (1, 3, 10, 30, 100)
"""Coughs in an hour from which a field is darker; on every page the same, so that pages compare."""
MOST_ROWS = 62
"""Two months; of more rows the last ones are drawn."""
_EVERY = 3
"""Hours between two that are named."""
_UNHEARD = "unheard"
_LEFT, _TOP, _WIDE, _HIGH, _GAP = 110.0, 20.0, 22.0, 16.0, 2.0


def heat_map(rows: Rows, rows_are: RowsAre) -> str:
    """The map as SVG: noon to noon for nights, so that a night is whole."""
    hours = clock_hours(rows_are)
    shown = [*rows.items()][-MOST_ROWS:]
    width, height = _LEFT + len(hours) * _WIDE, _TOP + len(shown) * _HIGH
    parts = [
        _text(_LEFT + number * _WIDE, _TOP - 7.0, f"{hour:02}", "middle")
        for number, hour in enumerate(hours)
        if hour % _EVERY == 0
    ]
    for place, (day, row) in enumerate(shown):
        y = _TOP + place * _HIGH
        parts.append(_text(_LEFT - 8.0, y + 11.0, f"{day:%a %m-%d}", "end"))
        for number, hour in enumerate(hours):
            if field := row.get(hour):
                when = day + timedelta(days=1) if hour < hours[0] else day
                told = f"<title>{escape(_told(when, hour, field))}</title>"
                parts.append(_shape(_LEFT + number * _WIDE, y, _style(field), told))
    title = f"<title>Coughs by {rows_are} and hour</title>"
    box = f'viewBox="0 0 {width:g} {height:g}"'
    return f'<svg role="img" {box}>{title}{"".join(parts)}</svg>'


def legend(minimum_coverage: float) -> str:
    """What the colours mean, as HTML."""
    ends = [f"{low}" if high == low + 1 else f"{low}-{high - 1}" for low, high in pairwise(STEPS)]
    names = ["0", *ends, f"{STEPS[-1]} and more"]
    keys = [(f"c{step}", name) for step, name in enumerate(names)]
    if minimum_coverage:
        keys.append(("c2 partly", f"less than {percent_given(minimum_coverage)} of it monitored"))
    keys.append(("unheard", "not monitored"))
    return "".join(f"<span>{_key(style)} {name}</span> " for style, name in keys)


def _key(style: str) -> str:
    return (
        f'<svg class="key-field" aria-hidden="true" viewBox="0 0 {_WIDE:g} {_HIGH:g}">'
        f"{_shape(0.0, 0.0, style, '')}</svg>"
    )


def _shape(x: float, y: float, style: str, inside: str) -> str:
    """A rectangle; struck through where nothing was heard, which is seen without colours, too."""
    left, top = x + _GAP / 2, y + _GAP / 2
    wide, high = _WIDE - _GAP, _HIGH - _GAP
    if style == _UNHEARD:
        line = f"M{left:g} {top + high:g}h{wide:g}v-{high:g}h-{wide:g}zl{wide:g}-{high:g}"
        return f'<path class="{style}" d="{line}">{inside}</path>'
    place = f'x="{left:g}" y="{top:g}" width="{wide:g}" height="{high:g}"'
    return f'<rect class="{style}" {place}>{inside}</rect>'


def _style(field: Interval) -> str:
    if unheard(field):
        return _UNHEARD
    step = f"c{sum(field.coughs >= step for step in STEPS)}"
    return step if field.rate_withheld is None else f"{step} partly"


def _told(day: date, hour: int, field: Interval) -> str:
    when = f"{day:%a %Y-%m-%d}, {hour:02}:00"
    if unheard(field):
        return f"{when}: not monitored"
    monitored = length_text(field.monitored_s)
    return f"{when}: {count_text(field.coughs, 'cough')}, {monitored} monitored"


def _text(x: float, y: float, words: str, anchor: str) -> str:
    place = f'x="{x:g}" y="{y:g}" text-anchor="{anchor}"'
    return f'<text class="small" {place}>{escape(words)}</text>'
