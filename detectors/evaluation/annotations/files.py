"""Annotation files as rows: CSV tables, Audacity labels, and tables of backgrounds.

Whatever cannot be used becomes a notice with file and line; the rest is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ....config.guess import did_you_mean
from .label_files import is_label_file, read_labels
from .labels import KNOWN_LABELS
from .rows import AnnotationFile, Row
from .tables import read_table

NEITHER_WAY = "what is counted there counts neither way"
NO_CLAIM = "it is no cough that was counted"


def read_annotation_file(path: Path, of_unknown: str = NEITHER_WAY) -> AnnotationFile:
    """Read a file of any of the known forms; `of_unknown` says what a strange label means here."""
    found = AnnotationFile(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as exc:
        found.note(None, f"cannot be read: {exc.strerror}; it is left out.")
        return found
    except UnicodeDecodeError:
        found.note(None, "is not text in UTF-8; it is left out: save it again as UTF-8.")
        return found
    lines = text.split("\n")
    if is_label_file(lines) or (path.suffix.casefold() == ".txt" and not text.strip()):
        read_labels(lines, found)
    else:
        read_table(lines, found)
    _note_unknown_labels(found, of_unknown)
    return found


def _note_unknown_labels(found: AnnotationFile, of_unknown: str) -> None:
    by_label: dict[str, list[Row]] = {}
    for row in found.rows:
        if row.unknown_label is not None:
            by_label.setdefault(row.unknown_label, []).append(row)
    for label, rows in by_label.items():
        found.note(rows[0].line, _unknown(label, rows, of_unknown))


def _unknown(label: str, rows: Sequence[Row], of_unknown: str) -> str:
    what = f"the label '{label}' is not known" if label else "the label is empty"
    lasting_s = sum(row.offset_s - (row.onset_s or 0.0) for row in rows)
    where = "in this row" if len(rows) == 1 else f"in this and {len(rows) - 1} more"
    return (
        f"{what} ({where}, {lasting_s:.1f} s in all); {of_unknown}"
        f"{did_you_mean(label, KNOWN_LABELS) or '.'}"
    )
