"""The worst cases of a report: what they look like, what was annotated, what was claimed. Pure."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from html import escape

from ..scoring.cases import AFTER_S, BEFORE_S, Case
from ..sounds import COUGH
from .spectrogram import HEIGHT, TOP_HZ, WIDTH


def cases_section(cases: Sequence[tuple[Case, bytes]], whose: str = "") -> str:
    """A picture each; nothing where there were no mistakes. `whose` they are, of two systems."""
    if not cases:
        return ""
    shown = "".join(_case(case, image) for case, image in cases)
    key = (
        "Triangle: where the mistake begins. Green bar: an annotated cough (dashed: nobody is "
        "sure); thin grey bar: another annotated sound. "
        "White line: a counted cough; dotted line: a trigger that was refused. "
        f"Left to right: up to {BEFORE_S + AFTER_S:g} seconds; "
        f"bottom to top: 0 to {TOP_HZ // 1000} kHz."
    )
    of = f" of {whose}" if whose else ""
    heading = f"<h2>The worst cases{of}</h2><p>{key}</p>"
    return f'{heading}<section class="charts cases">{shown}</section>'


def _case(case: Case, image: bytes) -> str:
    """The picture, with what is annotated in a band below and what was claimed as lines."""
    lasts_s = max(case.end_s - case.start_s, 1e-3)

    def x(time_s: float) -> float:
        return min(1.0, max(0.0, (time_s - case.start_s) / lasts_s)) * WIDTH

    marks = []
    for sound in case.sounds:
        if sound.label == COUGH:
            kind, top, height = "cough" if sound.sure else "cough unsure", HEIGHT + 2, 8
        else:
            kind, top, height = "sound", HEIGHT + 4, 4
        width = max(2.0, x(sound.offset_s) - x(sound.onset_s))
        marks.append(
            f'<rect class="{kind}" x="{x(sound.onset_s):.1f}" y="{top}" '
            f'width="{width:.1f}" height="{height}"><title>{escape(sound.label)}</title></rect>'
        )
    for claim in case.claims:
        kind = "counted" if claim.counted else "refused"
        at = f"{x(claim.onset_s):.1f}"
        marks.append(f'<line class="{kind}" x1="{at}" x2="{at}" y1="0" y2="{HEIGHT}"/>')
    marks.append(f'<path class="here" d="M{x(case.at_s):.1f} {HEIGHT + 12}l5 8h-10z"/>')
    data = b64encode(image).decode("ascii")
    text = f"{case.kind}: {case.caption}"
    return (
        f'<figure><svg role="img" viewBox="0 0 {WIDTH} {HEIGHT + 20}"><title>Spectrogram, 0 to '
        f"{TOP_HZ // 1000} kHz: {escape(text)}</title>"
        f'<image href="data:image/png;base64,{data}" width="{WIDTH}" height="{HEIGHT}"/>'
        f"{''.join(marks)}</svg><figcaption><strong>{escape(case.kind)}</strong> "
        f"{escape(case.caption)}<br>{escape(case.file)} at {case.at_s:.2f} s</figcaption></figure>"
    )
