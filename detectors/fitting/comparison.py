"""Whether a new probe is better than the one in force, beyond what chance brings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from ..evaluation.scoring.calibration import brier
from ..evaluation.scoring.resampling import Measured, Numbers
from .scores import HeldOut, auc

FEWEST_TO_TELL = 6
"""Groups with coughs, and with other sounds. Of two equally good probes the new one is the better
in every one of five groups once in 32 times, and all draws of the five then say so."""

Verdict: TypeAlias = Literal[
    "better", "within_chance", "too_few_groups", "not_better", "labels_of_a_teacher"
]


@dataclass(frozen=True, slots=True)
class Comparison:
    """A new probe's held-out word against that of the probe in force, on the same sounds."""

    against: str
    """The name of the probe in force."""
    coughs: int
    others: int
    """How many coughs and other sounds it is of."""
    groups: int
    cough_groups: int
    other_groups: int
    """How many of these groups hold coughs, and other sounds."""
    seen_before: int
    """Of these groups, how many the probe in force was itself fitted to: they favour it."""
    taught: int
    """How many of these labels a teacher said."""
    new_auc: float
    old_auc: float
    gain: Measured
    """New minus old ROC-AUC, on the same draws."""
    new_brier: float
    old_brier: float
    brier_gain: Measured
    """Old minus new Brier score, on the same draws: positive where the new one is better, too."""

    @property
    def by_brier(self) -> bool:
        """Whether the Brier score decides, since both tell coughs apart equally well."""
        return self.gain.value == 0.0

    @property
    def deciding(self) -> Measured:
        """The gain that decides."""
        return self.brier_gain if self.by_brier else self.gain

    @property
    def verdict(self) -> Verdict:
        """What the comparison says of the new probe.

        What a teacher said does not tell which of two probes knows coughs better.
        """
        if self.taught:
            return "labels_of_a_teacher"
        if self.deciding.value <= 0.0:
            return "not_better"
        if min(self.cough_groups, self.other_groups) < FEWEST_TO_TELL:
            return "too_few_groups"
        return "better" if _is_above_zero(self.deciding) else "within_chance"

    @property
    def wins(self) -> bool:
        """Whether the new probe should replace the one in force."""
        return self.verdict == "better"


def compare(
    against: str, new: HeldOut, old_probabilities: Numbers, *, seen_before: int, taught: int
) -> Comparison:
    """Compare on the rows of `new`; `old_probabilities` [shape=(rows,)] are the other's."""
    both = np.column_stack([new.rows, old_probabilities])
    paired = HeldOut(both, new.unit_of)
    coughs = new.rows[:, 1] > 0.5

    def gain(rows: Numbers) -> float:
        return auc(rows[:, :2]) - auc(rows[:, [2, 1]])

    def brier_gain(rows: Numbers) -> float:
        return brier(rows[:, [2, 1]]) - brier(rows[:, :2])

    return Comparison(
        against=against,
        coughs=int(coughs.sum()),
        others=int((~coughs).sum()),
        groups=int(new.unit_of.max()) + 1,
        cough_groups=len(np.unique(new.unit_of[coughs])),
        other_groups=len(np.unique(new.unit_of[~coughs])),
        seen_before=seen_before,
        taught=taught,
        new_auc=auc(new.rows),
        old_auc=auc(both[:, [2, 1]]),
        gain=paired.measure(gain),
        new_brier=brier(new.rows),
        old_brier=brier(both[:, [2, 1]]),
        brier_gain=paired.measure(brier_gain),
    )


def _is_above_zero(gain: Measured) -> bool:
    """Whether the middle 95 % of its draws are; gains that agree on all draws are, too."""
    if gain.is_the_same_on_all_draws:
        return gain.value > 0.0
    return gain.interval is not None and gain.interval[0] > 0.0
