"""Labelled clips: a CSV that says what is heard where, and whose it is."""

from __future__ import annotations

import difflib
import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ...config.errors import InputError
from ...detectors.ports import LABELS
from .csv_rows import Row, cell, group_column_of, read_rows, refuse_empty, refuse_missing

_OTHER = "other"
_A_SLIP = 0.8
"""So alike is a label to a known one that it will be a mistake, and not another kind of sound."""


@dataclass(frozen=True, slots=True)
class LabelledClip:
    """One row."""

    line: int
    path: Path
    label: str
    """One of LABELS."""
    onset_s: float | None
    """Where the sound begins; None: to be looked for."""
    group: str


@dataclass(frozen=True, slots=True)
class ClipTable:
    """What a CSV says."""

    file: Path
    clips: tuple[LabelledClip, ...]
    taken_as_other: Mapping[str, int]
    """Labels that no probe knows, and how often each was met."""


def read_clip_table(place: Path) -> ClipTable:
    """Read a CSV, or `labels.csv` of a folder; paths are relative to it.

    Columns: `path`, `label`, `subject` or `group`, and where it is known `onset_s`; others are
    ignored. Raises InputError with file and line.
    """
    found = read_rows(place)
    refuse_missing(found, "path", "label")
    group_column = group_column_of(found)
    refuse_empty(found)
    unknown: Counter[str] = Counter()
    clips = tuple(_clip(found.file, line, row, group_column, unknown) for line, row in found.rows)
    return ClipTable(found.file, clips, unknown)


def _clip(
    file: Path, line: int, row: Row, group_column: str, unknown: Counter[str]
) -> LabelledClip:
    where = f"{file}:{line}"
    path, label, group = (cell(row, name) for name in ("path", "label", group_column))
    if not path or not label or not group:
        raise InputError(f"{where}: path, label and {group_column} must not be empty.")
    if label not in LABELS:
        near = difflib.get_close_matches(label.casefold(), LABELS, n=1, cutoff=_A_SLIP)
        if near:
            raise InputError(f"{where}: there is no label {label!r}; did you mean {near[0]!r}?")
        unknown[label] += 1
    return LabelledClip(
        line=line,
        path=file.parent / path,
        label=label if label in LABELS else _OTHER,
        onset_s=onset_of(where, row),
        group=group,
    )


def onset_of(where: str, row: Row) -> float | None:
    """Where a row says that the sound begins; None where it says nothing. InputError."""
    text = cell(row, "onset_s")
    if not text:
        return None
    try:
        onset_s = float(text)
    except ValueError:
        onset_s = math.nan
    if not math.isfinite(onset_s) or onset_s < 0.0:
        raise InputError(f"{where}: onset_s {text!r} is no time in seconds.")
    return onset_s
