"""Whether the annotated backgrounds of a recording fit it and each other. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from ..sounds import Backdrop
from .pairing import BackdropLine
from .rows import Notice

_SLACK_S = 0.05
"""How far rounding may carry an annotation past an edge."""
_CROSSFADE_S = 2.0
"""So long may one background turn into the next."""


def fit_backgrounds(
    lines: Sequence[BackdropLine], duration_s: float
) -> tuple[tuple[Backdrop, ...], list[Notice]]:
    """Cut them to the recording; where two overlap the first one lasts, so no second has two."""
    backdrops: list[Backdrop] = []
    notices: list[Notice] = []
    until: BackdropLine | None = None
    free_from_s = 0.0
    for line in sorted(lines, key=lambda line: line.row.start_s):
        row = line.row
        start_s, end_s = max(0.0, row.start_s), min(row.end_s, duration_s)
        overlap_s = min(free_from_s, end_s) - start_s
        sentence = ""
        if start_s >= end_s:
            sentence = (
                f"lies from {row.start_s:g} to {row.end_s:g} s, outside the recording "
                f"({duration_s:.3f} s); it is left out."
            )
        elif until is not None and free_from_s >= end_s:
            sentence = f"lies within the background in {_place(until)}; it is left out."
        elif until is not None and overlap_s > _CROSSFADE_S:
            sentence = (
                f"overlaps the background in {_place(until)}; it begins where that one ends, at "
                f"{free_from_s:g} s."
            )
        elif row.start_s < -_SLACK_S or row.end_s > duration_s + _SLACK_S:
            sentence = (
                f"lies from {row.start_s:g} to {row.end_s:g} s, partly outside the recording "
                f"({duration_s:.3f} s); it is cut there."
            )
        if sentence:
            notices.append(Notice.at(line.path, row.line, sentence))
        start_s = max(start_s, free_from_s)
        if start_s < end_s:
            backdrops.append(Backdrop(start_s, end_s, row.name))
            until, free_from_s = line, end_s
    return tuple(backdrops), notices


def _place(line: BackdropLine) -> str:
    return f"line {line.row.line} of '{line.path.name}'"
