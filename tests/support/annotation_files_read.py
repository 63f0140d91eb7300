"""Annotation files written for a test, and what was read of them."""

from __future__ import annotations

from pathlib import Path

from coughd.detectors.evaluation.annotations.files import read_annotation_file
from coughd.detectors.evaluation.annotations.rows import AnnotationFile


def read(folder: Path, text: str, name: str = "table.csv") -> AnnotationFile:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return read_annotation_file(path)


def sentences(found: AnnotationFile) -> list[str]:
    return [str(notice).removeprefix(f"{found.path}") for notice in found.notices]
