"""Which files are recordings and which are their annotations; reads folders, not contents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ....config.errors import InputError
from .label_files import is_label_file

AUDIO_SUFFIXES = frozenset(
    {".aif", ".aiff", ".flac", ".mp3", ".oga", ".ogg", ".opus", ".w64", ".wav"}
)
TABLE_SUFFIXES = frozenset({".csv", ".tsv"})
LABEL_SUFFIX = ".txt"
_NO_SOUND = TABLE_SUFFIXES | {LABEL_SUFFIX}
_FIRST_LINES = 4_096


@dataclass(frozen=True, slots=True)
class Material:
    """What an evaluation works on, each list in order of path."""

    recordings: tuple[Path, ...]
    annotations: tuple[Path, ...]


def find_material(paths: Sequence[Path], annotations: Sequence[Path]) -> Material:
    """Look through folders and their sub-folders.

    Without `annotations`, tables and label files are looked for in the folders given and beside
    the recordings given. Raises InputError where a path does not exist, is none or holds none.
    """
    recordings: list[Path] = []
    for path in paths:
        recordings += _below(path, AUDIO_SUFFIXES) if _is_folder(path) else [path]
    if not recordings:
        raise InputError(
            f"There is no recording in {', '.join(map(str, paths))}; give sound files or a folder "
            "that holds some (WAV, FLAC, Ogg, MP3)."
        )
    table = next((path for path in recordings if path.suffix.casefold() in _NO_SOUND), None)
    if table is not None:
        raise InputError(f"'{table}' is no recording; name annotations with --annotations.")
    recordings = _once(recordings)
    if annotations:
        given: list[Path] = []
        for path in annotations:
            given += _annotations_below(path, recordings) if _is_folder(path) else [path]
        return Material(tuple(recordings), tuple(_once(given)))
    found: list[Path] = []
    for path in paths:
        folder = path if path.is_dir() else path.parent
        found += _annotations_below(folder, recordings, deep=path.is_dir())
    return Material(tuple(recordings), tuple(_once(found)))


def _once(paths: Sequence[Path]) -> list[Path]:
    """Each file once, however often and by whatever path it was given."""
    first: dict[Path, Path] = {}
    for path in paths:
        first.setdefault(path.resolve(), path)
    return list(first.values())


def _is_folder(path: Path) -> bool:
    if not path.exists():
        raise InputError(f"'{path}' does not exist; check the path.")
    return path.is_dir()


def _below(folder: Path, suffixes: frozenset[str], *, deep: bool = True) -> list[Path]:
    paths = folder.rglob("*") if deep else folder.glob("*")
    return sorted(path for path in paths if path.suffix.casefold() in suffixes and path.is_file())


def _annotations_below(
    folder: Path, recordings: Sequence[Path], *, deep: bool = True
) -> list[Path]:
    tables = _below(folder, TABLE_SUFFIXES, deep=deep)
    texts = _below(folder, frozenset({LABEL_SUFFIX}), deep=deep)
    names = {name for path in recordings for name in (path.stem, path.name)}
    return tables + [path for path in texts if path.stem in names or _holds_labels(path)]


def _holds_labels(path: Path) -> bool:
    """Whether a text that carries no recording's name is one of Audacity's."""
    try:
        with path.open("rb") as file:
            start = file.read(_FIRST_LINES)
    except OSError:
        return False
    return is_label_file(start.decode("utf-8", errors="replace").splitlines())
