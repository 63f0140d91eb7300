from __future__ import annotations

import json
import sys
from dataclasses import replace
from itertools import cycle
from pathlib import Path

import numpy as np
import pytest
from facts_of_probes import HEAR, SPEECH, examples, in_force, twice, unheard
from numpy.typing import NDArray

from coughd.config.errors import InputError, ModelError
from coughd.detectors.evaluation.scoring.calibration import brier
from coughd.detectors.fitting import protocol
from coughd.detectors.fitting.examples import Examples, check_same_embedder, fold_of_each
from coughd.detectors.fitting.protocol import GRID, fit
from coughd.detectors.fitting.regression import check_installed
from coughd.detectors.fitting.training import train
from coughd.detectors.ports import EmbedderIdentity
from coughd.detectors.probe import LinearProbe
from coughd.detectors.probe_weights import judge

pytest.importorskip("sklearn", reason="comes with the extra coughd[fit]")


@pytest.fixture(scope="module")
def given() -> Examples:
    return examples()


def test_a_group_is_in_one_fold_and_every_fold_has_both(given: Examples) -> None:
    fold_of = fold_of_each(given)
    for group in set(given.groups):
        assert 1 == len({fold_of[row] for row, its in enumerate(given.groups) if its == group})
    for fold in range(5):
        assert {True, False} == set(given.coughs[fold_of == fold])


def test_the_probe_file_judges_as_the_offline_logistic(given: Examples, tmp_path: Path) -> None:
    """Recomputed from the numbers in the file, by numpy alone."""
    path = tmp_path / "p.json"
    path.write_bytes(train("hear-0001", given, "a test", None, unheard).document)
    file = json.loads(path.read_bytes())
    probe = LinearProbe.load(path, HEAR)
    fresh = examples(seed=2).embeddings[:50]
    centred = (fresh.astype(np.float64) - file["mean"]) / file["scale"]
    log_odds = centred @ np.array(file["coefficients"][0]) + file["intercepts"][0]
    log_odds = log_odds * file["calibration"]["slope"] + file["calibration"]["offset"]
    expected = 1.0 / (1.0 + np.exp(-log_odds))
    judged = [probe.judge(one).probability for one in fresh]
    np.testing.assert_allclose(judged, expected, atol=1e-12)


def test_the_regression_is_scikit_learns(given: Examples) -> None:
    """The paper's regression, fitted here anew on the same numbers with the C that was chosen."""
    from sklearn.linear_model import LogisticRegression

    fitted = fit(given)
    weights = fitted.weights
    numbers = (given.embeddings.astype(np.float64) - weights.mean) / weights.scale
    alone = LogisticRegression(C=fitted.strength, class_weight="balanced", max_iter=5000, tol=1e-8)
    alone.fit(numbers, given.coughs)
    ours = numbers @ weights.coefficients[0] + weights.intercepts[0]
    np.testing.assert_allclose(alone.decision_function(numbers), ours, atol=0.01)


def test_what_is_held_out_is_neither_sure_nor_blind(given: Examples) -> None:
    fitted = fit(given)
    coughs = given.coughs
    assert fitted.held_out[coughs].mean() > 0.7
    assert fitted.held_out[~coughs].mean() < 0.3
    assert fitted.held_out.mean() == pytest.approx(coughs.mean(), abs=0.05)
    assert max(fitted.fold_auc.values()) == fitted.fold_auc[fitted.strength]


def test_what_judges_a_group_has_not_seen_its_labels() -> None:
    """Neither fit, C nor calibration: with a cough and another sound exchanged it says the same."""
    some = examples(count=80)
    once = fit(some)
    fold = once.fold_of == 0
    (cough,), (other,) = (
        [row for row in np.flatnonzero(fold & is_it) if some.groups[row] == some.groups[first]][:1]
        for first in np.flatnonzero(fold & some.coughs)[:1]
        for is_it in (some.coughs, ~some.coughs)
    )
    labels = some.labels.copy()
    labels[[cough, other]] = labels[[other, cough]]
    again = fit(replace(some, labels=labels))
    assert (again.fold_of == once.fold_of).all()
    assert again.held_out[fold].tolist() == once.held_out[fold].tolist()
    assert again.held_out[~fold].tolist() != once.held_out[~fold].tolist()


def test_groups_are_calibrated_by_what_their_own_penalty_gives(
    given: Examples, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Log-odds are some thousand times as large with the weakest penalty as with the strongest."""
    strongest_and_weakest = cycle((0, len(GRID) - 1))
    monkeypatch.setattr(protocol, "_best", lambda _auc: next(strongest_and_weakest))
    held_out = fit(given).held_out
    assert brier(np.column_stack([held_out, given.coughs])) < 0.04


def test_the_held_out_score_of_noise_is_that_of_chance() -> None:
    """A thousand numbers can fit anything; nested folds do not let that show."""
    noise = examples(spread=0.0, confounded=3.0)
    trained = train("hear-0001", noise, "noise", None, unheard)
    interval = trained.scores["roc_auc"].interval
    assert interval is not None
    assert interval[0] < 0.5 < interval[1] + 0.05
    assert trained.scores["roc_auc"].value == pytest.approx(0.5, abs=0.12)


def test_labels_share_what_the_cough_leaves(given: Examples) -> None:
    weights = fit(given).weights
    speech = given.embeddings[given.labels == SPEECH]
    verdicts = [judge(weights, one) for one in speech]
    assert all(sum(v.scores.values()) == pytest.approx(1.0) for v in verdicts)
    assert np.mean([v.label == "speech" for v in verdicts]) > 0.8
    assert all(v.scores["sneeze"] < 1e-9 for v in verdicts)


def test_the_same_examples_give_the_same_file(given: Examples) -> None:
    once, again = (train("hear-0001", given, "a test", None, unheard) for _ in range(2))
    assert once.document == again.document


def test_progress_ends_at_its_end(given: Examples) -> None:
    told: list[tuple[int, int]] = []
    fit(given, lambda done, every: told.append((done, every)))
    assert [(number, 16) for number in range(1, 17)] == told


@pytest.mark.parametrize(
    ("rows", "sentence"),
    [
        (np.arange(6), "There are .* coughs"),
        (np.arange(0), "There are 0 coughs"),
    ],
)
def test_too_few_examples(given: Examples, rows: NDArray[np.intp], sentence: str) -> None:
    with pytest.raises(InputError, match=sentence):
        fold_of_each(chosen(given, rows))


def chosen(given: Examples, rows: NDArray[np.intp]) -> Examples:
    groups = tuple(given.groups[row] for row in rows)
    return Examples(HEAR, given.embeddings[rows], given.labels[rows], groups, given.taught[rows])


def test_one_class_alone_and_too_few_groups(given: Examples) -> None:
    with pytest.raises(InputError, match="There are 0 other sounds"):
        fold_of_each(chosen(given, np.flatnonzero(given.coughs)))
    two = [row for row, group in enumerate(given.groups) if group[-2:] in ("-1", "-2")]
    with pytest.raises(InputError, match=r"2 groups with coughs.*needs at least 3"):
        fold_of_each(chosen(given, np.array(two)))


def test_another_run_of_the_same_weights_is_not_mixed_in() -> None:
    check_same_embedder([HEAR, HEAR])
    with pytest.raises(InputError, match=r"buckets 1\); hear@1a2b3c4 .*buckets 1,4,8"):
        check_same_embedder([HEAR, EmbedderIdentity(*HEAR_ELSEWHERE)])


HEAR_ELSEWHERE = ("hear@1a2b3c4", "hear", "aa" * 32, "fake 1", "CPU", "float32", "buckets 1,4,8")


def test_a_better_probe_wins_and_a_worse_one_does_not(tmp_path: Path, given: Examples) -> None:
    poor = in_force(tmp_path, examples(seed=5, spread=0.5))
    better = train("hear-0002", given, "a test", poor, unheard)
    assert better.comparison is not None
    assert better.wins
    assert (0, 12) == (better.comparison.seen_before, better.comparison.groups)
    coughs = given.coughs.sum()
    told = f"{coughs} coughs and {len(given.labels) - coughs} other sounds of 12 groups"
    assert f"Against hear-0001 on the same {told}: ROC-AUC" in better.card

    good = in_force(tmp_path, examples(seed=6, count=500))
    worse = train("hear-0002", examples(seed=7, count=60), "a test", good, unheard)
    assert worse.comparison is not None
    assert not worse.wins
    assert worse.comparison.gain.value < 0


def test_who_has_seen_the_groups_is_told(tmp_path: Path, given: Examples) -> None:
    again = train("hear-0002", given, "a test", in_force(tmp_path, given), unheard)
    assert again.comparison is not None
    assert 12 == again.comparison.seen_before
    assert "favours it" in again.card
    assert "subject" not in json.dumps(again.fields)


def test_who_has_seen_a_sound_under_another_name_has_seen_it(tmp_path: Path) -> None:
    few = examples(count=60)
    again = train("hear-0002", twice(few), "a test", in_force(tmp_path, few), unheard)
    assert again.comparison is not None
    assert (12, 12) == (again.comparison.seen_before, again.comparison.groups)
    assert "; 12 groups" in again.card


def test_a_teacher_is_named_and_not_scored_by(given: Examples) -> None:
    taught = np.arange(len(given.labels)) % 2 == 0
    mixed = Examples(HEAR, given.embeddings, given.labels, given.groups, taught)
    trained = train("hear-0001", mixed, "a test", None, unheard, teacher="cough-open")
    assert "TEACHER: 100 of these labels were said by cough-open" in trained.card
    assert (100, 0) == (trained.fields["scored_examples"], trained.fields["scored_by_teacher"])

    alone = Examples(HEAR, given.embeddings, given.labels, given.groups, np.ones_like(taught))
    trained = train("hear-0001", alone, "a test", None, unheard, teacher="x")
    assert "they say how well it is imitated" in trained.card


def test_without_scikit_learn_the_command_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.linear_model", None)
    with pytest.raises(ModelError, match=r"pip install 'coughd\[fit\]'"):
        check_installed()
