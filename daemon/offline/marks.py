"""What another detector or a person counted in the same recordings, to be scored beside ours."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ...config.as_text import as_text
from ...config.errors import InputError
from ...detectors.evaluation.annotations.annotators import (
    TWICE_CLAIMED,
    beside_single_coughs,
    several_annotators,
)
from ...detectors.evaluation.annotations.checking import all_outside
from ...detectors.evaluation.annotations.claims import claims_of, probability_of
from ...detectors.evaluation.annotations.discovery import (
    LABEL_SUFFIX,
    TABLE_SUFFIXES,
    find_material,
)
from ...detectors.evaluation.annotations.files import NO_CLAIM, read_annotation_file
from ...detectors.evaluation.annotations.pairing import Annotated, place
from ...detectors.evaluation.annotations.rows import Notice
from ...detectors.evaluation.report.document import System
from ...detectors.evaluation.sounds import Claim, Heard
from .evaluating import heard_by_all
from .gathering import Gathered, first_of


@dataclass(frozen=True, slots=True)
class Marks:
    """Somebody's marks in recordings that are scored."""

    path: Path
    annotated: Mapping[Path, Annotated]
    names_recordings: bool
    """Whether a table names the recordings, and so is the whole of what was counted."""
    threshold: float | None
    """Marks of a lower probability are not counted."""
    notices: tuple[Notice, ...]


def may_hold_marks(path: Path) -> bool:
    """Whether a path given to compare with is a table or folder, and no configuration."""
    return path.is_dir() or path.suffix.casefold() in {*TABLE_SUFFIXES, LABEL_SUFFIX}


def read_marks(path: Path, gathered: Gathered, threshold: float | None) -> Marks:
    """Read tables or labels, as annotations are read; InputError where none can be used.

    With a threshold there must be a probability.
    """
    material = find_material(gathered.given, [path])
    files = [read_annotation_file(one, NO_CLAIM) for one in material.annotations]
    everywhere, notices = place(gathered.given, files)
    annotated = {one: everywhere[one] for one in gathered.recordings if everywhere[one].lines}
    if not annotated:
        raise InputError(
            f"--compare {as_text(str(path))}: nothing there marks any of the recordings."
            + "".join(f"\n{sentence}" for sentence in first_of(notices, "."))
        )
    if threshold is not None and not _has_probabilities(annotated):
        raise InputError(
            f"--compare {as_text(str(path))}: no mark there has a probability from 0 to 1, so "
            "--compare-threshold has nothing to be held against; leave it out."
        )
    notices += several_annotators(annotated, TWICE_CLAIMED)
    notices += beside_single_coughs(annotated, files)
    names_recordings = any(row.file is not None for file in files for row in file.rows)
    return Marks(path, annotated, names_recordings, threshold, tuple(notices))


def _has_probabilities(annotated: Mapping[Path, Annotated]) -> bool:
    rows = [line.row for one in annotated.values() for line in one.lines]
    return any(probability_of(row) is not None for row in rows)


def beside(first: System, marks: Marks, gathered: Gathered) -> tuple[list[System], list[Notice]]:
    """Both systems, on the recordings of which the marks say anything."""
    second, notices = _as_system(marks, gathered, first)
    why_not = f"has no marks in '{as_text(str(marks.path))}' that could be scored"
    systems, unmarked = heard_by_all([first, second], why_not)
    return systems, [*notices, *unmarked]


def _as_system(marks: Marks, gathered: Gathered, first: System) -> tuple[System, list[Notice]]:
    """Claims on what the first system heard; recordings that nothing is said about are missing.

    A table that names recordings says of all others that nothing was counted in them.
    """
    notices = [*marks.notices]
    heard: list[Heard] = []
    quiet: list[str] = []
    paths = {name: path for path, name in gathered.names.items()}
    for one in first.heard:
        annotated = marks.annotated.get(paths[one.truth.name])
        if annotated is None:
            if marks.names_recordings:
                quiet.append(one.truth.name)
                heard.append(Heard(one.truth, (), by_marks=True))
            continue
        misplaced = all_outside(one.truth.name, one.truth.duration_s, annotated)
        if misplaced is not None:
            notices.append(misplaced)
            continue
        claims, found = claims_of(one.truth.duration_s, annotated, marks.threshold)
        notices += found
        heard.append(Heard(one.truth, claims, by_marks=True))
    if quiet:
        notices.append(_quiet(marks.path, quiet))
    notices += _unsure(marks, [claim for one in heard for claim in one.claims])
    description = {"marks": as_text(str(marks.path)), "config": None, "config_sha256": None}
    description |= {"gate": None, "embedder": None, "probe": None, "probe_sha256": None}
    return System(description, marks.threshold, tuple(heard)), notices


def _quiet(path: Path, names: list[str]) -> Notice:
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return Notice.at(
        path,
        None,
        f"marks nothing that could be used in '{names[0]}'{more}: nothing was counted there.",
    )


def _unsure(marks: Marks, claims: Sequence[Claim]) -> Iterator[Notice]:
    """Say so where only some have a probability: the others count at any threshold."""
    without = sum(claim.probability is None for claim in claims)
    if without and (marks.threshold is not None or without < len(claims)):
        yield Notice.at(
            marks.path,
            None,
            f"has {without} of {len(claims)} marks without a probability; they count at any "
            "threshold.",
        )
