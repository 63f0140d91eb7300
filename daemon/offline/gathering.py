"""Recordings and annotations of an evaluation, brought together."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...config.errors import InputError
from ...detectors.evaluation.annotations.annotators import beside_single_coughs, several_annotators
from ...detectors.evaluation.annotations.discovery import find_material
from ...detectors.evaluation.annotations.files import read_annotation_file
from ...detectors.evaluation.annotations.pairing import Annotated, pair, without_annotations
from ...detectors.evaluation.annotations.printable import printable_names
from ...detectors.evaluation.annotations.rows import Notice

_IS_COMPARED = "is what is compared with, so nothing in it is taken for an annotation."
MOST_COMPLAINTS = 20
"""So many sentences a terminal gets before the result."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """Annotated recordings, and what had to be left out so far."""

    recordings: tuple[Path, ...]
    """Those that are annotated."""
    annotated: Mapping[Path, Annotated]
    notices: tuple[Notice, ...]
    given: tuple[Path, ...]
    """Those without annotations, too."""

    @property
    def names(self) -> dict[Path, str]:
        """What the report calls each recording: its path below the folder common to all."""
        absolute = {path: path.resolve() for path in self.recordings}
        common = os.path.commonpath([path.parent for path in absolute.values()])
        names = [str(whole.relative_to(common)) for whole in absolute.values()]
        return dict(zip(absolute, printable_names(names), strict=True))


def gather(
    paths: Sequence[Path], annotations: Sequence[Path], claims: Path | None = None
) -> Gathered:
    """Find recordings and annotations and bring them together; InputError if none match.

    What is at or below `claims` is to be scored itself, and so is no annotation.
    """
    material = find_material(paths, annotations)
    apart = [path for path in material.annotations if claims is not None and _below(path, claims)]
    files = [read_annotation_file(path) for path in material.annotations if path not in apart]
    annotated, notices = pair(material.recordings, files)
    if claims is not None and apart:
        notices.append(Notice.at(claims, None, _IS_COMPARED))
    notices += several_annotators(annotated)
    notices += beside_single_coughs(annotated, files)
    notices += without_annotations(material.recordings, annotated)
    recordings = tuple(path for path in material.recordings if path in annotated)
    if not recordings:
        raise InputError(
            "No recording has annotations, so there is nothing to score; name them with "
            "--annotations, or put them beside the recordings."
            + "".join(f"\n{sentence}" for sentence in first_of(notices, "."))
        )
    return Gathered(recordings, annotated, tuple(notices), material.recordings)


def _below(path: Path, claims: Path) -> bool:
    return path.resolve().is_relative_to(claims.resolve())


def first_of(notices: Sequence[Notice], where_all_are: str) -> list[str]:
    """The first sentences, and how many more there are."""
    sentences = [str(notice) for notice in notices[:MOST_COMPLAINTS]]
    if len(notices) > MOST_COMPLAINTS:
        sentences.append(f"and {len(notices) - MOST_COMPLAINTS} more{where_all_are}")
    return sentences
