"""When it was coughed: a row for each day or night, a field for each hour. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from html import escape
from itertools import pairwise

from .....storage.reading.shares import percent_given
from .fields import Field, Rows, RowsAre, clock_hours

STEPS = (1, 3, 10, 30, 100)
"""Coughs in an hour from which a field is darker; on every page the same, so that pages compare."""
MOST_ROWS = 62
"""Two months; of more rows the last ones are drawn."""
_EVERY = 3
"""Hours between two that are named."""
_LEFT, _TOP, _WIDE, _HIGH, _GAP = 88.0, 20.0, 22.0, 16.0, 2.0


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
                parts.append(_field(_LEFT + number * _WIDE, y, field, _told(when, hour, field)))
    title = f"<title>Coughs by {rows_are} and hour</title>"
    box = f'viewBox="0 0 {width:g} {height:g}"'
    return f'<svg role="img" {box}>{title}{"".join(parts)}</svg>'


def legend(minimum_coverage: float) -> str:
    """What the colours mean, as HTML."""
    ends = [f"{low}" if high == low + 1 else f"{low}-{high - 1}" for low, high in pairwise(STEPS)]
    names = ["0", *ends, f"{STEPS[-1]} and more"]
    keys = [(f"c{step}", name) for step, name in enumerate(names)]
    keys += [
        ("c2 partly", f"less than {percent_given(minimum_coverage)} of it monitored"),
        ("unheard", "not monitored"),
    ]
    return "".join(f"<span>{_key(style)} {name}</span> " for style, name in keys)


def _key(style: str) -> str:
    return (
        '<svg class="key-field" viewBox="0 0 22 16">'
        f'<rect class="{style}" x="1" y="1" width="20" height="14"/></svg>'
    )


def _field(x: float, y: float, field: Field, told: str) -> str:
    place = f'x="{x + _GAP / 2:g}" y="{y + _GAP / 2:g}"'
    size = f'width="{_WIDE - _GAP:g}" height="{_HIGH - _GAP:g}"'
    return f'<rect class="{_style(field)}" {place} {size}><title>{escape(told)}</title></rect>'


def _style(field: Field) -> str:
    if not field.is_heard:
        return "unheard"
    step = f"c{sum(field.coughs >= step for step in STEPS)}"
    return step if field.is_enough else f"{step} partly"


def _told(day: date, hour: int, field: Field) -> str:
    when = f"{day:%a %Y-%m-%d}, {hour:02}:00"
    if not field.is_heard:
        return f"{when}: not monitored"
    coughs = "1 cough" if field.coughs == 1 else f"{field.coughs} coughs"
    return f"{when}: {coughs} in {field.monitored_us / 60e6:.0f} monitored minutes"


def _text(x: float, y: float, words: str, anchor: str) -> str:
    place = f'x="{x:g}" y="{y:g}" text-anchor="{anchor}"'
    return f'<text class="small" {place}>{escape(words)}</text>'
