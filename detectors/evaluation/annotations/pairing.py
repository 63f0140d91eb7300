"""Which annotations belong to which recording. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeVar

from ..sounds import COUGH, UNKNOWN
from .recording_names import SINGLE_COUGHS, NotFound, RecordingNames
from .rows import AnnotationFile, BackdropRow, Notice, Row


@dataclass(frozen=True, slots=True)
class Line:
    """A row, and where it stands."""

    path: Path
    row: Row

    @property
    def is_cough(self) -> bool:
        """Whether a cough is marked here."""
        return self.row.label == COUGH and self.row.onset_s is not None

    @property
    def is_single(self) -> bool:
        """Whether it stands in a table of single coughs."""
        return self.path.stem == SINGLE_COUGHS


@dataclass(frozen=True, slots=True)
class BackdropLine:
    """A row of a table of backgrounds, and where it stands."""

    path: Path
    row: BackdropRow


@dataclass(slots=True)
class Annotated:
    """What is annotated about one recording."""

    lines: list[Line] = field(default_factory=list)
    backdrops: list[BackdropLine] = field(default_factory=list)
    owners: list[str] = field(default_factory=list)
    """Whose recording it is, as tables of owners say."""

    @property
    def has_singles(self) -> bool:
        """Whether a table of single coughs names it; the coughs of other tables are bouts then."""
        return any(line.is_single and line.row.label == COUGH for line in self.lines)

    @property
    def references(self) -> list[Line]:
        """The lines whose coughs count, and those that say that there is none."""
        singles = self.has_singles
        return [
            line for line in self.lines if line.row.label == COUGH and line.is_single >= singles
        ]


class _Named(Protocol):
    @property
    def line(self) -> int: ...

    @property
    def file(self) -> str | None: ...


_NamedT = TypeVar("_NamedT", bound=_Named)


def pair(
    recordings: Sequence[Path], files: Sequence[AnnotationFile]
) -> tuple[dict[Path, Annotated], list[Notice]]:
    """Give every row to its recording; rows without one become a notice each recording.

    A recording of which only sounds of unknown label are marked counts as not annotated: its
    coughs may be among them.
    """
    found, notices = place(recordings, files)
    annotated = {
        path: one
        for path, one in found.items()
        if any(line.row.label != UNKNOWN for line in one.lines)
    }
    return annotated, notices


def place(
    recordings: Sequence[Path], files: Sequence[AnnotationFile]
) -> tuple[dict[Path, Annotated], list[Notice]]:
    """The same, with all recordings, whatever is said about them."""
    notices = [notice for file in files for notice in file.notices]
    found: dict[Path, Annotated] = {path: Annotated() for path in recordings}
    names = RecordingNames(recordings)
    for file in files:
        for path, rows in _placed(file, file.rows, "annotation", names, notices):
            found[path].lines.extend(Line(file.path, row) for row in rows)
        for path, backdrops in _placed(file, file.backdrops, "background", names, notices):
            found[path].backdrops.extend(BackdropLine(file.path, row) for row in backdrops)
        for path, owners in _placed(file, file.owners, "subject", names, notices):
            found[path].owners.extend(row.subject for row in owners)
    return found, notices


def _placed(
    file: AnnotationFile,
    rows: Sequence[_NamedT],
    what: str,
    names: RecordingNames,
    notices: list[Notice],
) -> Iterator[tuple[Path, list[_NamedT]]]:
    by_name: dict[str | None, list[_NamedT]] = {}
    for row in rows:
        by_name.setdefault(row.file, []).append(row)
    for name, some in by_name.items():
        found = names.find(file.path, name)
        if isinstance(found, NotFound) and found.is_of_another:
            continue
        if isinstance(found, NotFound):
            number = f"one {what} is" if len(some) == 1 else f"{len(some)} {what}s are"
            sentence = f"{found.why}, so {number} left out{found.hint}"
            notices.append(Notice.at(file.path, some[0].line, sentence))
        else:
            yield found, some


def without_annotations(
    recordings: Sequence[Path], annotated: Mapping[Path, Annotated]
) -> list[Notice]:
    """Say which recordings cannot be scored."""
    return [
        Notice.at(
            path,
            None,
            "has no annotation that could be used, so nobody knows what is in it; it is left out.",
        )
        for path in recordings
        if path not in annotated
    ]
