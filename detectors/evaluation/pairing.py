"""Which annotations belong to which recording, and whether they fit it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ..ports import MIN_COUGH_SPACING_SAMPLES, SAMPLE_RATE_HZ
from .annotation_rows import AnnotationFile, BackdropRow, Notice, Row
from .sounds import COUGH, Backdrop, Sound, Truth

SINGLE_COUGHS = "coughs"
"""Name of a table that holds every single cough; the coughs of other tables beside it are bouts."""
_SPACING_S = MIN_COUGH_SPACING_SAMPLES / SAMPLE_RATE_HZ
_SLACK_S = 0.05
"""How far rounding may carry an annotation past an edge or a neighbour."""
_LABELS_ENDINGS = ("_labels", "-labels", ".labels")


@dataclass(frozen=True, slots=True)
class _Line:
    """A row, where it stands, and whether its cough is one to be counted."""

    path: Path
    row: Row
    counts: bool


@dataclass(slots=True)
class Annotated:
    """What is annotated about one recording."""

    lines: list[_Line] = field(default_factory=list)
    backdrops: list[BackdropRow] = field(default_factory=list)


def pair(
    recordings: Sequence[Path], files: Sequence[AnnotationFile]
) -> tuple[dict[Path, Annotated], list[Notice]]:
    """Give every row to its recording; rows without one become a notice each recording."""
    notices = [notice for file in files for notice in file.notices]
    annotated: dict[Path, Annotated] = {}
    names = _Names(recordings)
    singles = {file.path.parent for file in files if _is_singles(file)}
    for file in files:
        counts = _is_singles(file) or file.path.parent not in singles
        for name, rows in _by_recording(file.rows):
            found = names.find(file.path, name)
            if isinstance(found, str):
                notices.append(Notice(str(file.path), rows[0].line, _orphans(found, len(rows))))
                continue
            lines = [_Line(file.path, row, counts) for row in rows]
            annotated.setdefault(found, Annotated()).lines.extend(lines)
    for file in files:
        for backdrop in file.backdrops:
            found = names.find(file.path, backdrop.file)
            if not isinstance(found, str) and found in annotated:
                annotated[found].backdrops.append(backdrop)
    return annotated, notices


def _is_singles(file: AnnotationFile) -> bool:
    return file.path.stem == SINGLE_COUGHS and bool(file.rows)


def _orphans(why: str, rows: int) -> str:
    annotations = "one annotation is" if rows == 1 else f"{rows} annotations are"
    return f"{why}, so {annotations} left out."


def _by_recording(rows: Sequence[Row]) -> Iterator[tuple[str | None, list[Row]]]:
    groups: dict[str | None, list[Row]] = {}
    for row in rows:
        groups.setdefault(row.file, []).append(row)
    yield from groups.items()


class _Names:
    """Finds recordings by what tables call them."""

    def __init__(self, recordings: Sequence[Path]) -> None:
        self._recordings = recordings
        self._by_path = {path.resolve(): path for path in recordings}

    def find(self, table: Path, name: str | None) -> Path | str:
        """The recording, or a clause that says why there is none."""
        if name is None:
            return self._named_like(table)
        exact = self._by_path.get((table.parent / name).resolve())
        if exact is not None:
            return exact
        wanted = Path(name)
        same_name = [path for path in self._recordings if path.name == wanted.name]
        same_stem = [path for path in self._recordings if path.stem == wanted.name]
        return self._only(same_name or same_stem, table, f"the recording '{name}'")

    def _named_like(self, table: Path) -> Path | str:
        stem = table.stem
        for ending in _LABELS_ENDINGS:
            stem = stem.removesuffix(ending)
        alike = [path for path in self._recordings if stem in {path.name, path.stem}]
        if not alike and len(self._recordings) == 1 and table.stem != SINGLE_COUGHS:
            alike = list(self._recordings)
        return self._only(alike, table, f"a recording '{stem}' that these labels belong to")

    @staticmethod
    def _only(found: Sequence[Path], table: Path, what: str) -> Path | str:
        beside = [path for path in found if path.parent == table.parent]
        candidates = beside or found
        if not candidates:
            return f"{what} is not there"
        if len(candidates) > 1:
            return f"{what} is there {len(candidates)} times"
        return candidates[0]


def check(name: str, duration_s: float, annotated: Annotated) -> tuple[Truth, list[Notice]]:
    """Hold annotations against the length of their recording, and coughs against each other."""
    notices: list[Notice] = []
    inside = [line for line in annotated.lines if _is_inside(line, duration_s, notices)]
    references = [line for line in inside if line.row.label == COUGH and line.counts]
    coughs = _apart(references, duration_s, notices)
    others = [line for line in inside if line.row.label != COUGH or not line.counts]
    subjects = {cough.subject for cough in coughs}
    truth = Truth(
        name=name,
        duration_s=duration_s,
        coughs=tuple(coughs),
        sounds=tuple(_sound(line.row, duration_s) for line in others),
        backdrops=tuple(Backdrop(row.start_s, row.end_s, row.name) for row in annotated.backdrops),
        subject=subjects.pop() if len(subjects) == 1 else None,
    )
    return truth, notices


def _is_inside(line: _Line, duration_s: float, notices: list[Notice]) -> bool:
    row = line.row
    if row.onset_s is None:
        return False
    if 0.0 <= row.onset_s < duration_s:
        if row.offset_s > duration_s + _SLACK_S:
            notices.append(
                _notice(
                    line,
                    f"ends at {row.offset_s:g} s, after the recording, which lasts "
                    f"{duration_s:.3f} s; it is cut there.",
                )
            )
        return True
    where = "before the recording" if row.onset_s < 0 else "after the recording's end"
    notices.append(
        _notice(line, f"begins at {row.onset_s:g} s, {where} ({duration_s:.3f} s); it is left out.")
    )
    return False


def _apart(lines: Sequence[_Line], duration_s: float, notices: list[Notice]) -> list[Sound]:
    """Coughs in order; none begins within 0.2 s of another or before the one before it ends."""
    coughs: list[Sound] = []
    kept: list[_Line] = []
    for line in sorted(lines, key=lambda line: line.row.onset_s or 0.0):
        cough = _sound(line.row, duration_s)
        if coughs and cough.onset_s - coughs[-1].onset_s < _SPACING_S - 1e-6:
            notices.append(
                _notice(
                    line,
                    f"begins within 0.2 s of the cough in {_place(kept[-1])}, which is "
                    "the same cough; it is left out.",
                )
            )
            continue
        if coughs and coughs[-1].offset_s > cough.onset_s:
            if coughs[-1].offset_s > cough.onset_s + _SLACK_S:
                notices.append(
                    _notice(
                        kept[-1],
                        f"overlaps the cough in {_place(line)}; it ends where that one begins.",
                    )
                )
            coughs[-1] = replace(coughs[-1], offset_s=cough.onset_s)
        coughs.append(cough)
        kept.append(line)
    return coughs


def _sound(row: Row, duration_s: float) -> Sound:
    return Sound(
        onset_s=row.onset_s or 0.0,
        offset_s=min(row.offset_s, duration_s),
        label=row.label,
        sure=row.sure,
        snr_db=row.snr_db,
        subject=row.subject,
        source=row.source,
    )


def _notice(line: _Line, sentence: str) -> Notice:
    return Notice(str(line.path), line.row.line, sentence)


def _place(line: _Line) -> str:
    return f"line {line.row.line} of '{line.path.name}'"


def without_annotations(
    recordings: Sequence[Path], annotated: Mapping[Path, Annotated]
) -> list[Notice]:
    """Say which recordings cannot be scored."""
    return [
        Notice(
            str(path),
            None,
            "has no annotation that could be used, so nobody knows what is in it; it is left out.",
        )
        for path in recordings
        if path not in annotated
    ]
