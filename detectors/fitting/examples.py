"""Labelled embeddings, and whether they are enough to fit on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ...config.errors import InputError
from ..ports import LABELS, Context, EmbedderIdentity
from .same_sound import group_numbers, repeats

COUGH = LABELS.index("cough")
FEWEST_EACH = 10
"""Coughs, and other sounds: below that an interval would span everything."""
FEWEST_GROUPS = 3
"""Groups with coughs, and groups with other sounds."""
MOST_FOLDS = 5
_SEED = 43  # any; fixed, so that the same examples give the same probe


@dataclass(frozen=True, slots=True)
class Sides:
    """What is told apart, in the words of complaints."""

    coughs: str = "coughs"
    others: str = "other sounds"


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """What to fit on; all arrays have one row each example."""

    embedder: EmbedderIdentity
    embeddings: NDArray[np.float32]
    """[shape=(n, 512)]"""
    labels: NDArray[np.intp]
    """[shape=(n,)], index into LABELS."""
    groups: tuple[str, ...]
    """Whose sound it is: the examples of one group are never in two folds."""
    taught: NDArray[np.bool_]
    """[shape=(n,)], True where a teacher said the label and no person."""
    contexts: tuple[Context, ...] | None = None
    """What stood beside each; None where that is not known, as of clips."""
    heard_twice: tuple[tuple[int, int], ...] = ()
    """Pairs of rows that are one sound, as two microphones heard it."""
    sides: Sides = Sides()

    @property
    def coughs(self) -> NDArray[np.bool_]:
        """[shape=(n,)]."""
        return np.asarray(self.labels == COUGH)

    @property
    def group_numbers(self) -> NDArray[np.intp]:
        """[shape=(n,)], each example's group, counted from 0; those with the same sound are one.

        Else who has learnt a sound would be asked for it, in two folds or in two draws.
        """
        return group_numbers(self.groups, [*self.heard_twice, *repeats(self.embeddings)])


def fold_of_each(examples: Examples) -> NDArray[np.intp]:
    """Deal whole groups into folds [shape=(n,)] that each hold coughs and other sounds.

    As many folds as can be filled, five at most. Raises InputError where there are too few
    examples or groups for three.
    """
    coughs, sides = examples.coughs, examples.sides
    _refuse_too_few(sides.coughs, int(coughs.sum()), FEWEST_EACH, "examples")
    _refuse_too_few(sides.others, int((~coughs).sum()), FEWEST_EACH, "examples")
    group_of = examples.group_numbers
    cough_count = np.bincount(group_of[coughs], minlength=int(group_of.max()) + 1)
    other_count = np.bincount(group_of) - cough_count
    for what, count in ((sides.coughs, cough_count), (sides.others, other_count)):
        _refuse_too_few(f"groups with {what}", int((count > 0).sum()), FEWEST_GROUPS, "subjects")
    for folds in range(MOST_FOLDS, FEWEST_GROUPS - 1, -1):
        dealt = _deal(cough_count, other_count, folds)
        if dealt is not None:
            return np.asarray(dealt[group_of], dtype=np.intp)
    raise InputError(
        f"The groups cannot be dealt into {FEWEST_GROUPS} folds that each hold {sides.coughs} and "
        f"{sides.others}; label more subjects."
    )


def _refuse_too_few(what: str, number: int, fewest: int, more: str) -> None:
    if number < fewest:
        raise InputError(
            f"There are {number} {what}, and a probe needs at least {fewest}; label more {more}."
        )


def _deal(
    cough_count: NDArray[np.intp], other_count: NDArray[np.intp], folds: int
) -> NDArray[np.intp] | None:
    """A fold for each group, the large ones first; None where a fold lacks one of the two."""
    shuffled = np.random.default_rng(_SEED).permutation(cough_count.size)
    fold_of = np.zeros(cough_count.size, dtype=np.intp)
    filled = np.zeros((folds, 2))
    with_coughs = [group for group in shuffled if cough_count[group]]
    without = [group for group in shuffled if not cough_count[group]]
    for groups, column in ((with_coughs, 0), (without, 1)):
        size = (cough_count, other_count)[column]
        for group in sorted(groups, key=lambda group: -size[group]):
            emptiest = min(
                range(folds), key=lambda fold: (filled[fold, column], filled[fold, 1 - column])
            )
            fold_of[group] = emptiest
            filled[emptiest] += cough_count[group], other_count[group]
    return fold_of if filled.all() else None


def counts_by_label(examples: Examples) -> dict[str, int]:
    """How many examples of each label there are; labels without any are left out."""
    counts = np.bincount(examples.labels, minlength=len(LABELS))
    return {label: int(count) for label, count in zip(LABELS, counts, strict=True) if count}


def check_same_embedder(met: Sequence[EmbedderIdentity]) -> None:
    """Raise InputError where embeddings of more than one embedder, or of two ways to run it, meet.

    Their numbers look alike and mean different things.
    """
    if len(set(met)) > 1:
        raise InputError(
            "These embeddings do not belong together: "
            + "; ".join(sorted({describe(identity) for identity in met}))
            + ". Choose one, or make them anew with `coughd embed --all`."
        )


def describe(embedder: EmbedderIdentity) -> str:
    """Name an embedder and how it is run, for a person."""
    how = (embedder.runtime, embedder.device, embedder.precision, embedder.batch_policy)
    return f"{embedder.name} ({', '.join(how)})"
