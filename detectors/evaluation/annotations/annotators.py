"""What to say where several tables mark the coughs of one recording. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from .pairing import Annotated
from .recording_names import SINGLE_COUGHS
from .rows import AnnotationFile, Notice

_MERGED = (
    "their marks are merged, so a cough that they place more than 0.2 s apart counts twice: name "
    "one of them with --annotations to score against it alone."
)
TWICE_CLAIMED = "what both mark is claimed twice: compare with one of them alone."


def several_annotators(
    annotated: Mapping[Path, Annotated], what_then: str = _MERGED
) -> list[Notice]:
    """Say whose marks are taken together though nobody marked so, once for the same tables."""
    together: dict[tuple[Path, ...], list[Path]] = {}
    for recording, one in annotated.items():
        tables = tuple(dict.fromkeys(line.path for line in one.references))
        if len(tables) > 1 and any(line.is_cough for line in one.references):
            together.setdefault(tables, []).append(recording)
    return [
        Notice.at(
            tables[-1],
            None,
            f"{_named(recordings)} annotated in {_listed(tables)}; {what_then}",
        )
        for tables, recordings in together.items()
    ]


def beside_single_coughs(
    annotated: Mapping[Path, Annotated], files: Sequence[AnnotationFile]
) -> list[Notice]:
    """Say which tables' coughs count although a table of single coughs lies beside them."""
    folders = {file.path.parent for file in files if file.path.stem == SINGLE_COUGHS and file.rows}
    counting: dict[Path, list[Path]] = {}
    for recording, one in annotated.items():
        tables = {line.path for line in one.references if line.is_cough and not line.is_single}
        for table in sorted(tables):
            if table.parent in folders:
                counting.setdefault(table, []).append(recording)
    return [
        Notice.at(
            table,
            None,
            f"{_named(recordings)} not named in the '{SINGLE_COUGHS}' table beside this one, so "
            "the coughs marked here count there.",
        )
        for table, recordings in counting.items()
    ]


def _named(recordings: Sequence[Path]) -> str:
    first = f"'{recordings[0].name}'"
    if len(recordings) == 1:
        return f"{first} is"
    return f"{first} and {len(recordings) - 1} more are"


def _listed(tables: Sequence[Path]) -> str:
    are_named_alike = len({table.name for table in tables}) < len(tables)
    *others, last = (f"'{table if are_named_alike else table.name}'" for table in tables)
    return f"{', '.join(others)} and {last}"
