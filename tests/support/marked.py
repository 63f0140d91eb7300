"""Short ways to say what an annotation file holds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from coughd.detectors.evaluation.annotations.rows import AnnotationFile, Row


def row(
    line: int,
    file: str | None,
    onset_s: float | None,
    offset_s: float = 0.0,
    label: str = "cough",
    *,
    sure: bool = True,
    subject: str | None = None,
    **more: Any,
) -> Row:
    """A row; 0.3 s long unless said otherwise."""
    offset_s = offset_s or (onset_s or 0.0) + 0.3
    return Row(line, file, onset_s, offset_s, label, sure, None, subject, "unknown", **more)


def table(*rows: Row, name: str = "/x/table.csv") -> AnnotationFile:
    return AnnotationFile(Path(name), rows=list(rows))
