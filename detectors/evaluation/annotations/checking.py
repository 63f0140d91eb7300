"""Whether the annotations of a recording fit it and each other. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from ...ports import MIN_COUGH_SPACING_SAMPLES, SAMPLE_RATE_HZ
from ..sounds import Sound, Truth
from .backgrounds import fit_backgrounds
from .inside import SLACK_S, is_inside, lies_inside, notice_on
from .pairing import Annotated, Line
from .rows import Notice
from .subjects import Subjects

_SPACING_S = MIN_COUGH_SPACING_SAMPLES / SAMPLE_RATE_HZ


@dataclass(frozen=True, slots=True)
class _Marked:
    """A sound, and the line that marks it."""

    line: Line
    sound: Sound


def all_outside(name: str, duration_s: float, annotated: Annotated) -> Notice | None:
    """Say so where sounds are marked and none lies in the recording.

    It is as good as not annotated then: to take it for one without coughs would make every cough
    that is counted there a false alarm.
    """
    marks = [line for line in annotated.lines if line.row.onset_s is not None]
    if len(marks) < len(annotated.lines) or any(lies_inside(one.row, duration_s) for one in marks):
        return None
    return notice_on(
        marks[0],
        f"lies outside '{name}' ({duration_s:.3f} s), and so does all else that is marked in it; "
        "nobody knows what is in it, so it is left out: times are seconds from its beginning.",
    )


def check(name: str, duration_s: float, annotated: Annotated) -> tuple[Truth, list[Notice]]:
    """Hold annotations against the length of their recording, and coughs against each other."""
    notices: list[Notice] = []
    subjects = Subjects(annotated)
    inside = [
        _Marked(line, _sound(line, duration_s, subjects))
        for line in annotated.lines
        if line.row.onset_s is not None and is_inside(line, duration_s, notices)
    ]
    references = {id(line) for line in annotated.references}
    coughs = [marked for marked in inside if id(marked.line) in references]
    others = [marked.sound for marked in inside if id(marked.line) not in references]
    backdrops, found = fit_backgrounds(annotated.backdrops, duration_s)
    truth = Truth(
        name=name,
        duration_s=duration_s,
        coughs=tuple(_cut(_once(coughs, notices), notices)),
        sounds=tuple(others),
        backdrops=backdrops,
        subject=subjects.owner,
    )
    return truth, [*notices, *found]


def _sound(line: Line, duration_s: float, subjects: Subjects) -> Sound:
    row = line.row
    return Sound(
        onset_s=max(0.0, row.onset_s or 0.0),
        offset_s=max(0.0, min(row.offset_s, duration_s)),
        label=row.label,
        sure=row.sure,
        snr_db=row.snr_db,
        subject=subjects.of(row),
        source=row.source,
    )


def _once(coughs: Sequence[_Marked], notices: list[Notice]) -> list[_Marked]:
    """Coughs in order; of those that begin within 0.2 s the first, or the first sure one."""
    kept: list[_Marked] = []
    for cough in sorted(coughs, key=lambda cough: cough.sound.onset_s):
        if not kept or cough.sound.onset_s - kept[-1].sound.onset_s >= _SPACING_S - 1e-6:
            kept.append(cough)
            continue
        same, other = kept[-1], cough
        if cough.sound.sure and not same.sound.sure:
            kept[-1] = cough
            same, other = other, same
        surer = "sure " if same.sound.sure and not other.sound.sure else ""
        notices.append(
            notice_on(
                other.line,
                f"begins within 0.2 s of the {surer}cough in {_place(same.line)}, which is "
                "the same cough; it is left out.",
            )
        )
    return kept


def _cut(coughs: Sequence[_Marked], notices: list[Notice]) -> Iterator[Sound]:
    """End each cough where the next one begins, at the latest."""
    for cough, after in zip(coughs, [*coughs[1:], None], strict=False):
        if after is None or cough.sound.offset_s <= after.sound.onset_s:
            yield cough.sound
            continue
        if cough.sound.offset_s > after.sound.onset_s + SLACK_S:
            notices.append(
                notice_on(
                    cough.line,
                    f"overlaps the cough in {_place(after.line)}; it ends where that one begins.",
                )
            )
        yield replace(cough.sound, offset_s=after.sound.onset_s)


def _place(line: Line) -> str:
    return f"line {line.row.line} of '{line.path.name}'"
