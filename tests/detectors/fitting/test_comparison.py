"""A working probe gives way to one that is better beyond chance, and to no luckier one."""

from __future__ import annotations

import numpy as np
import pytest

from coughd.detectors.evaluation.scoring.resampling import Numbers
from coughd.detectors.fitting.card import verdict_text
from coughd.detectors.fitting.comparison import Comparison, compare
from coughd.detectors.fitting.scores import HeldOut


def of_groups(new: Numbers, old: Numbers, groups: int, taught: int = 0) -> Comparison:
    """Probabilities [shape=(groups, 4)] of two coughs and two other sounds in each group."""
    truth = np.tile([1.0, 1.0, 0.0, 0.0], groups)
    rows = np.column_stack([new.ravel(), truth])
    unit_of = np.repeat(np.arange(groups), 4)
    return compare("hear-0001", HeldOut(rows, unit_of), old.ravel(), seen_before=0, taught=taught)


def alike(groups: int) -> Numbers:
    """Tells a group's coughs from its other sounds, but for one of each."""
    return np.tile([0.9, 0.4, 0.6, 0.1], (groups, 1))


def better_in(some: int, groups: int) -> Numbers:
    """As above, with no mistake in some of the groups."""
    said = alike(groups)
    said[:some] = [0.9, 0.8, 0.2, 0.1]
    return said


def test_a_comparison_says_of_how_little_it_is() -> None:
    rows = np.array([[0.9, 1], [0.6, 0], [0.9, 1]])
    new = HeldOut(rows, np.array([0, 0, 1]))
    one = compare("hear-0001", new, np.array([0.5, 0.6, 0.4]), seen_before=0, taught=0)
    assert (one.coughs, one.others, one.groups) == (2, 1, 2)
    assert (one.cough_groups, one.other_groups) == (2, 1)
    assert (one.new_auc, one.old_auc) == (1.0, 0.0)


def test_a_gain_in_one_of_many_groups_may_be_chance() -> None:
    lucky = of_groups(better_in(1, 12), alike(12), 12)
    assert lucky.new_auc > lucky.old_auc
    assert (lucky.verdict, lucky.wins) == ("within_chance", False)


def test_a_gain_in_most_groups_is_none_of_chance() -> None:
    assert of_groups(better_in(9, 12), alike(12), 12).wins


def test_gains_that_agree_in_every_group_are_none_of_chance() -> None:
    every = of_groups(better_in(12, 12), alike(12), 12)
    assert every.gain.interval is None
    assert every.wins


def test_few_groups_tell_nothing_from_chance() -> None:
    few = of_groups(better_in(5, 5), alike(5), 5)
    assert (few.verdict, few.wins) == ("too_few_groups", False)
    assert of_groups(better_in(6, 6), alike(6), 6).wins


def test_coughs_of_few_groups_tell_nothing_however_many_hold_other_sounds() -> None:
    rows = np.column_stack([np.repeat([0.9, 0.1], 20), np.repeat([1.0, 0.0], 20)])
    unit_of = np.concatenate([np.arange(20) % 5, np.arange(20)])
    some = compare("old", HeldOut(rows, unit_of), np.full(40, 0.5), seen_before=0, taught=0)
    assert (some.cough_groups, some.other_groups, some.groups) == (5, 20, 20)
    assert "too_few_groups" == some.verdict


@pytest.mark.parametrize(("some", "verdict"), [(1, "within_chance"), (12, "better")])
def test_where_both_tell_coughs_apart_alike_the_brier_score_decides(
    some: int, verdict: str
) -> None:
    old = np.tile([0.7, 0.65, 0.35, 0.3], (12, 1))
    new = old.copy()
    new[:some] = [0.8, 0.75, 0.25, 0.2]
    compared = of_groups(new, old, 12)
    assert (0.0, verdict) == (compared.gain.value, compared.verdict)


def test_the_same_probabilities_are_not_better() -> None:
    assert "not_better" == of_groups(alike(12), alike(12), 12).verdict


def test_labels_of_a_teacher_do_not_say_which_is_better() -> None:
    taught = of_groups(better_in(12, 12), alike(12), 12, taught=48)
    assert ("labels_of_a_teacher", False) == (taught.verdict, taught.wins)


def test_what_was_found_is_said() -> None:
    said = verdict_text(of_groups(better_in(1, 12), alike(12), 12))
    assert said.startswith("did better than hear-0001 by no more than chance may bring")
    assert said.endswith("gain in ROC-AUC holds 0")
    said = verdict_text(of_groups(better_in(5, 5), alike(5), 5))
    assert "on 5 groups with coughs and 5 with other sounds" in said
    assert "is not better" in verdict_text(of_groups(alike(12), alike(12), 12))
    assert "a teacher's labels" in verdict_text(of_groups(alike(12), alike(12), 12, taught=48))
