"""Audacity's label files: start, end and label between tabs."""

from __future__ import annotations

from collections.abc import Sequence

from ..sounds import COUGH
from .row_reading import nothing_marked, read_row
from .rows import AnnotationFile, UnusableRowError, number_or_none


def is_label_file(lines: Sequence[str]) -> bool:
    """Whether the first line is one of Audacity's: start, end and label between tabs."""
    parts = next((line for line in lines if line.strip()), "").split("\t")
    return len(parts) > 1 and all(number_or_none(part) is not None for part in parts[:2])


def read_labels(lines: Sequence[str], found: AnnotationFile) -> None:
    """Read all labels; without any, the file says that there is nothing.

    Who marks coughs only often writes no text at all, so without any text every label is a cough.
    """
    labels = [
        (position, [*line.split("\t"), "", ""])
        for position, line in enumerate(lines, 1)
        if line.strip() and not line.startswith("\\")  # a frequency range of the label before
    ]
    are_bare = not any(cells[2].strip() for _, cells in labels)
    if labels and are_bare:
        found.note(labels[0][0], "has no text in any label, so each of them is taken as a cough.")
    for position, (start, end, label, *_) in labels:
        values = {
            "onset": start.strip(),
            "offset": end.strip(),
            "label": COUGH if are_bare else label.strip(),
        }
        try:
            found.rows.append(read_row(found, position, values))
        except UnusableRowError as exc:
            found.note(position, str(exc))
    if not labels:
        found.rows.append(nothing_marked(1, None, None))
