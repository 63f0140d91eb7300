"""Finds recordings by what tables call them. Looks at paths, not into files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath, PurePosixPath

from .discovery import AUDIO_SUFFIXES

SINGLE_COUGHS = "coughs"
"""Name of a table that holds every single cough of the recordings that it names."""
_LABELS_ENDINGS = ("_labels", "-labels", ".labels")


@dataclass(frozen=True, slots=True)
class NotFound:
    """Why a name belongs to no recording."""

    why: str
    """A clause."""
    hint: str = ""
    """What may be meant, as the end of a sentence."""
    is_of_another: bool = False
    """Whether it is named like a sound file that nobody asked for, and so no mistake."""


class RecordingNames:
    """Knows the recordings that are scored."""

    def __init__(self, recordings: Sequence[Path]) -> None:
        self._recordings = recordings
        self._by_path = {path.resolve(): path for path in recordings}

    def find(self, table: Path, name: str | None) -> Path | NotFound:
        """Find the recording; a name with folders is one of those folders only.

        Without a name it is the one that the table is named like; without a column for names it may
        also be the only one, unless the table is named like another recording.
        """
        if not name:
            return self._named_like(table, may_be_alone=name is None)
        place = _beside(table, name)
        if place in self._by_path:
            return self._by_path[place]
        alike = _alike(self._recordings, name)
        below = [path for path in alike if _lies_below(path, name)]
        what = f"the recording '{name}'"
        if alike and not below:
            return NotFound(
                f"{what} is not there, only '{alike[0]}'",
                "; if that one is meant, write its path, or its name without a folder.",
            )
        return _only(below, table, what) or NotFound(f"{what} is not there", self._hint(name))

    def _named_like(self, table: Path, *, may_be_alone: bool) -> Path | NotFound:
        stem = table.stem
        for ending in _LABELS_ENDINGS:
            stem = stem.removesuffix(ending)
        alike = [path for path in self._recordings if stem in {path.name, path.stem}]
        is_of_another = not alike and self._is_of_another(stem, table)
        if not alike and not is_of_another and may_be_alone and table.stem != SINGLE_COUGHS:
            alike = list(self._recordings) if len(self._recordings) == 1 else []
        what = f"a recording '{stem}' that these labels belong to"
        missing = NotFound(f"{what} is not there", self._hint(stem), is_of_another)
        mirrored = [path for path in alike if path.parent.name == table.parent.name]
        return _only(mirrored or alike, table, what) or missing

    def _is_of_another(self, stem: str, table: Path) -> bool:
        """Whether a sound file of that name lies beside the table or a recording."""
        folders = {table.parent, *(path.parent for path in self._recordings)}
        names = [f"{stem}{suffix}" for suffix in AUDIO_SUFFIXES]
        return any((folder / name).exists() for folder in folders for name in names)

    def _hint(self, name: str) -> str:
        """What is meant where only the case of letters or the kind of slashes differs."""
        folded = PurePosixPath(name.replace("\\", "/").casefold()).name
        for path in self._recordings:
            if folded in {path.name.casefold(), path.stem.casefold()}:
                return f"; did you mean '{path.name}'?"
        return "."


def _beside(table: Path, name: str) -> Path | None:
    try:
        return (table.parent / name).resolve()
    except ValueError:  # a name with a NUL in it, which no file has
        return None


def _alike(recordings: Sequence[Path], name: str) -> list[Path]:
    wanted = PurePath(name).name
    same_name = [path for path in recordings if path.name == wanted]
    return same_name or [path for path in recordings if path.stem == wanted]


def _lies_below(path: Path, name: str) -> bool:
    written = PurePath(name)
    folders = [part for part in written.parts[:-1] if part not in (written.anchor, "..")]
    places = (path.absolute().parent.parts, path.resolve().parent.parts)
    return not folders or any(list(place[-len(folders) :]) == folders for place in places)


def _only(found: Sequence[Path], table: Path, what: str) -> Path | NotFound | None:
    beside = [path for path in found if path.parent == table.parent]
    candidates = beside or found
    if len(candidates) > 1:
        return NotFound(f"{what} is there {len(candidates)} times", "; write its folder, too.")
    return candidates[0] if candidates else None
