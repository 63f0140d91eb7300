"""Labelled clips: a CSV that says what is heard where, and whose it is."""

from __future__ import annotations

import csv
import difflib
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...config.errors import InputError
from ...detectors.ports import LABELS

DEFAULT_NAME = "labels.csv"
_GROUP_COLUMNS = ("subject", "group")
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
    file = place / DEFAULT_NAME if place.is_dir() else place
    try:
        with file.open(newline="", encoding="utf-8-sig") as lines:
            reader = csv.DictReader(lines, strict=True)
            columns = reader.fieldnames or []
            group_column = _check_columns(file, columns)
            # A quoted cell may span lines: the reader knows where it is.
            rows = [(reader.line_num, row) for row in reader]
    except OSError as exc:
        raise InputError(
            f"{file} cannot be read: {exc.strerror}; name a CSV, or a folder with {DEFAULT_NAME}."
        ) from exc
    except (csv.Error, UnicodeDecodeError) as exc:
        raise InputError(f"{file} is not a CSV in UTF-8: {exc}.") from exc
    unknown: Counter[str] = Counter()
    clips = tuple(_clip(file, line, row, group_column, unknown) for line, row in rows)
    if not clips:
        raise InputError(f"{file} has no rows; write one for each labelled sound.")
    return ClipTable(file, clips, unknown)


def _check_columns(file: Path, columns: Sequence[str]) -> str:
    for wanted in ("path", "label"):
        if wanted not in columns:
            raise InputError(f"{file}:1: the column {wanted!r} is missing.")
    for name in _GROUP_COLUMNS:
        if name in columns:
            return name
    raise InputError(
        f"{file}:1: a column 'subject' or 'group' is missing, which says whose each sound is; "
        "sounds of one person in two folds would make every score too good."
    )


def _clip(
    file: Path, line: int, row: Mapping[str, str | None], group_column: str, unknown: Counter[str]
) -> LabelledClip:
    where = f"{file}:{line}"
    path, label, group = ((row[name] or "").strip() for name in ("path", "label", group_column))
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
        onset_s=_onset_s(where, row.get("onset_s")),
        group=group,
    )


def _onset_s(where: str, text: str | None) -> float | None:
    if text is None or not text.strip():
        return None
    try:
        onset_s = float(text)
    except ValueError:
        onset_s = math.nan
    if not math.isfinite(onset_s) or onset_s < 0.0:
        raise InputError(f"{where}: onset_s {text!r} is no time in seconds.")
    return onset_s
