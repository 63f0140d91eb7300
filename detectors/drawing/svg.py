"""Small charts as SVG text: axes, lines, points with intervals, bars. Pure.

Colours are classes (`s0`, `s1`, `ref`, `axis`, `grid`), so that the page's style decides them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from itertools import pairwise

_LEAST_LEFT, _RIGHT, _TOP, _BOTTOM = 48.0, 20.0, 10.0, 40.0
_TICKS = 5
_LETTER_PX = 6.2
"""About the width of a letter."""
_DIGIT_PX = 8.0
_TITLE_PX = 18.0
"""How much room the title of the y axis takes, which stands upright."""
_LINE_PX = 14.0


@dataclass(frozen=True, slots=True)
class Axis:
    """What one direction of a chart means; `low` < `high`."""

    title: str
    low: float
    high: float
    ticks: tuple[float, ...] | None = None
    """None: round numbers."""

    def share(self, value: float) -> float:
        """Where a value lies between low and high, kept inside."""
        return min(1.0, max(0.0, (value - self.low) / (self.high - self.low)))

    @property
    def marks(self) -> tuple[float, ...]:
        """Values that get a tick."""
        return round_ticks(self.low, self.high) if self.ticks is None else self.ticks


def round_ticks(low: float, high: float) -> tuple[float, ...]:
    """About five round numbers between two numbers."""
    rough = (high - low) / _TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(step for step in (power, 2 * power, 5 * power, 10 * power) if step >= rough)
    first = math.ceil(low / step - 1e-9)
    last = math.floor(high / step + 1e-9)
    return tuple(round(number * step, 10) for number in range(first, last + 1))


def padded(values: Sequence[float]) -> tuple[float, float]:
    """Bounds with a little air; never of width zero."""
    low, high = min(values), max(values)
    air = 0.08 * (high - low) or max(1.0, abs(high)) * 0.1
    return low - air, high + air


@dataclass(slots=True)
class Chart:
    """Draws on a plane between two axes; `svg()` is the result."""

    title: str
    x: Axis
    y: Axis
    width: float = 420.0
    height: float = 280.0
    _parts: list[str] = field(default_factory=list)
    _labels: dict[str, list[tuple[float, str]]] = field(default_factory=dict)
    """Height (px) and words of the labels of lines, by where they end or start."""
    _left: float = field(init=False)

    def __post_init__(self) -> None:
        """Put the y axis right of its numbers, and these right of its title."""
        longest = max((len(f"{value:g}") for value in self.y.marks), default=0)
        self._left = max(_LEAST_LEFT, _TITLE_PX + 6 + longest * _DIGIT_PX)

    def line(self, points: Sequence[tuple[float, float]], style: str) -> None:
        """Join points."""
        if len(points) > 1:
            path = " ".join(f"{self._x(x):.1f},{self._y(y):.1f}" for x, y in points)
            self._parts.append(f'<polyline class="line {style}" points="{path}"/>')

    def dots(
        self, points: Sequence[tuple[float, float]], style: str, told: Sequence[str] | None = None
    ) -> None:
        """Mark points, each with what it tells when it is pointed at, else its numbers."""
        words = [f"{x:.4g}, {y:.4g}" for x, y in points] if told is None else told
        for (x, y), said in zip(points, words, strict=True):
            self._parts.append(
                f'<circle class="dot {style}" cx="{self._x(x):.1f}" cy="{self._y(y):.1f}" r="4">'
                f"<title>{escape(said)}</title></circle>"
            )

    def whisker(self, x: float, low: float, high: float, style: str) -> None:
        """Draw an interval upright."""
        self._parts.append(
            f'<line class="line {style}" x1="{self._x(x):.1f}" x2="{self._x(x):.1f}" '
            f'y1="{self._y(low):.1f}" y2="{self._y(high):.1f}"/>'
        )

    def bar(self, left: float, right: float, height: float, style: str, told: str = "") -> None:
        """Draw a bar from the bottom, with what it tells when it is pointed at."""
        x, y = self._x(left), self._y(height)
        end = f"><title>{escape(told)}</title></rect>" if told else "/>"
        self._parts.append(
            f'<rect class="bar {style}" x="{x:.1f}" y="{y:.1f}" '
            f'width="{self._x(right) - x:.1f}" height="{self._y(self.y.low) - y:.1f}"{end}'
        )

    def across(self, y: float, style: str, label: str = "", anchor: str = "end") -> None:
        """Draw a line from left to right, with a label at its `end` or `start`."""
        self.line([(self.x.low, y), (self.x.high, y)], style)
        if label:
            self._labels.setdefault(anchor, []).append((self._y(y) - 4, label))

    def upright(self, x: float, style: str) -> None:
        """Draw a line from bottom to top."""
        self.line([(x, self.y.low), (x, self.y.high)], style)

    def names(self, places: Sequence[tuple[float, str]], rows: int = 1) -> None:
        """Write words under the x axis, in turns in so many rows, and not all where they are many.

        The axis needs a title of no words for a second row.
        """
        y = self.height - _BOTTOM + 15
        at = [self._x(x) for x, _ in places]
        room = min((right - left for left, right in pairwise(at)), default=self.width)
        needed = max((len(name) for _, name in places), default=0) * _LETTER_PX
        rows = 1 if needed <= room else rows
        step = max(1, math.ceil(needed / (room * rows)))
        for number, place in enumerate(range(0, len(places), step)):
            low = y + number % rows * _LINE_PX
            self._parts.append(_text(at[place], low, places[place][1], "middle"))

    def svg(self) -> str:
        """The chart, with its axes behind what was drawn."""
        return "".join(
            [
                f'<svg role="img" viewBox="0 0 {self.width:g} {self.height:g}">',
                f"<title>{escape(self.title)}</title>",
                *self._axes(),
                *self._parts,
                *self._line_labels(),
                "</svg>",
            ]
        )

    def _line_labels(self) -> Iterator[str]:
        """Each at its line, or as far below as the one above it leaves room."""
        for anchor, labels in self._labels.items():
            x = self._left + 4 if anchor == "start" else self.width - _RIGHT
            y = -math.inf
            for wanted_y, words in sorted(labels):
                y = max(wanted_y, y + _LINE_PX)
                yield _text(x, y, words, anchor)

    def _axes(self) -> list[str]:
        left, right = self._left, self.width - _RIGHT
        bottom = self.height - _BOTTOM
        parts = []
        for value in self.y.marks:
            y = self._y(value)
            parts.append(f'<line class="grid" x1="{left}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}"/>')
            parts.append(_text(left - 6, y + 4, f"{value:g}", "end"))
        parts += [
            _text(self._x(value), bottom + 15, f"{value:g}", "middle")
            for value in self._marks_with_room()
        ]
        middle = f'<g transform="translate(12 {(bottom + _TOP) / 2:.1f}) rotate(-90)">'
        return [
            *parts,
            f'<line class="axis" x1="{left}" x2="{right}" y1="{bottom}" y2="{bottom}"/>',
            _text((left + right) / 2, self.height - 6, self.x.title, "middle"),
            middle + _text(0.0, 0.0, self.y.title, "middle") + "</g>",
        ]

    def _marks_with_room(self) -> tuple[float, ...]:
        """Of the x axis: not all where their numbers would lie on each other."""
        marks = self.x.marks
        room = min((self._x(b) - self._x(a) for a, b in pairwise(marks)), default=self.width)
        needed = (1 + max((len(f"{value:g}") for value in marks), default=0)) * _DIGIT_PX
        return marks[:: math.ceil(needed / max(1.0, room))]

    def _x(self, value: float) -> float:
        return self._left + self.x.share(value) * (self.width - self._left - _RIGHT)

    def _y(self, value: float) -> float:
        return self.height - _BOTTOM - self.y.share(value) * (self.height - _TOP - _BOTTOM)


def _text(x: float, y: float, words: str, anchor: str) -> str:
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"'
    return f'<text class="small" {place}>{escape(words)}</text>'
