"""Whether a mark lies in its recording. Pure."""

from __future__ import annotations

from .pairing import Line
from .rows import Notice, Row

SLACK_S = 0.05
"""How far rounding may carry an annotation past an edge or a neighbour."""


def is_inside(line: Line, duration_s: float, notices: list[Notice]) -> bool:
    """Whether any of it lies inside; what does not becomes a notice."""
    onset_s, offset_s = line.row.onset_s or 0.0, line.row.offset_s
    sentence = ""
    inside = lies_inside(line.row, duration_s)
    if not inside:
        where = "before the recording" if onset_s < 0 else "after the recording's end"
        sentence = f"begins at {onset_s:g} s, {where} ({duration_s:.3f} s); it is left out."
    elif onset_s < -SLACK_S:
        sentence = f"begins at {onset_s:g} s, before the recording; it is cut there."
    elif offset_s > duration_s + SLACK_S:
        sentence = (
            f"ends at {offset_s:g} s, after the recording, which lasts {duration_s:.3f} s; it is "
            "cut there."
        )
    if sentence:
        notices.append(notice_on(line, sentence))
    return inside


def lies_inside(row: Row, duration_s: float) -> bool:
    """Whether any of it lies inside."""
    onset_s = row.onset_s or 0.0
    return onset_s < duration_s and (onset_s >= -SLACK_S or row.offset_s > 0.0)


def notice_on(line: Line, sentence: str) -> Notice:
    """Say something about a line."""
    return Notice.at(line.path, line.row.line, sentence)
