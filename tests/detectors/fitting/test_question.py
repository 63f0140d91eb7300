from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from facts_of_probes import HEAR, examples, unheard
from numpy.typing import NDArray

from coughd.config.errors import InputError
from coughd.detectors.fitting.examples import Examples
from coughd.detectors.fitting.question import Learnt, answered, learn
from coughd.detectors.ports import LABELS
from coughd.detectors.question_probe import QuestionProbe

pytest.importorskip("sklearn", reason="comes with the extra coughd[fit]")


def with_answers(seed: int = 1, spread: float = 4.0) -> Examples:
    """Coughs of some people, of which a half are wet."""
    given = examples(seed, spread=0.0)
    yes = np.arange(len(given.groups)) % 2 == 0
    embeddings = given.embeddings.copy()
    embeddings[yes, 40] += spread
    return answered(replace(given, embeddings=embeddings), "wet", yes=yes)


def said(learnt: Learnt, folder: Path, embeddings: NDArray[np.float32]) -> NDArray[np.float64]:
    path = folder / "wet.json"
    path.write_bytes(learnt.document)
    return QuestionProbe.load(path).weights.answers(embeddings)


def test_what_it_learnt_it_finds_in_others(tmp_path: Path) -> None:
    learnt = learn("wet-hear-0001", "wet", with_answers(), "a test", unheard)
    fresh = with_answers(seed=2)
    right = (said(learnt, tmp_path, fresh.embeddings) > 0.5) == fresh.coughs
    assert right.mean() > 0.9


def test_the_card_tells_what_it_is() -> None:
    given = with_answers()
    learnt = learn("wet-hear-0001", "wet", given, "a test", unheard)
    assert (100, 100, 12) == tuple(learnt.fields[key] for key in ("yes", "no", "group_count"))
    assert HEAR.sha256 in learnt.card
    assert "# Question wet: wet-hear-0001" in learnt.card
    assert "a test; 100 yes, 100 no; 12 groups" in learnt.card
    assert "cough against" not in learnt.card


def test_chance_is_not_taken_for_knowledge() -> None:
    scores = learn("wet-hear-0001", "wet", with_answers(spread=0.0), "a test", unheard).fields[
        "scores"
    ]
    assert isinstance(scores, dict)
    low, high = scores["roc_auc"]["interval_95"]
    assert low < 0.5 < high


def test_the_same_answers_give_the_same_bytes() -> None:
    one, other = (
        learn("wet-hear-0001", "wet", with_answers(), "a test", unheard) for _ in range(2)
    )
    assert one.document == other.document


@pytest.mark.parametrize(
    ("yes_count", "sentence"),
    [
        (3, "There are 3 sounds with wet yes, and a probe needs at least 10"),
        (198, "There are 2 sounds with wet no, and a probe needs at least 10"),
    ],
)
def test_too_few_answers_are_refused_in_the_questions_words(yes_count: int, sentence: str) -> None:
    given = examples()
    few = answered(given, "wet", yes=np.arange(len(given.groups)) < yes_count)
    assert {LABELS.index("cough"), LABELS.index("other")} == set(few.labels.tolist())
    with pytest.raises(InputError, match=sentence):
        learn("wet-hear-0001", "wet", few, "a test", unheard)


def test_too_few_people_are_refused_too() -> None:
    given = with_answers()
    groups = tuple("anna" if yes else f"other {row % 5}" for row, yes in enumerate(given.coughs))
    with pytest.raises(InputError, match="There are 1 groups with sounds with wet yes"):
        learn("wet-hear-0001", "wet", replace(given, groups=groups), "a test", unheard)
