"""A probe of one's own weighs the context as the one before it did, calibrated to its examples."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from pathlib import Path

import numpy as np
import pytest
from facts_of_probes import HEAR, examples, in_force, unheard

from coughd.detectors.context import ContextWeights
from coughd.detectors.fitting.examples import Examples
from coughd.detectors.fitting.in_context import in_context
from coughd.detectors.fitting.protocol import Fitted, fit
from coughd.detectors.fitting.roc import roc_auc
from coughd.detectors.fitting.training import InForce, train
from coughd.detectors.ports import Context
from coughd.detectors.probe import LinearProbe

pytest.importorskip("sklearn", reason="comes with the extra coughd[fit]")

WEIGHTS = ContextWeights(slope=1.1, gate=0.2, before=2.0, offset=-0.3)


def telling(given: Examples) -> Examples:
    """With contexts that mostly tell coughs apart."""
    rng = np.random.default_rng(11)
    near = np.where(rng.random(len(given.labels)) < 0.9, given.coughs, ~given.coughs)
    return replace(given, contexts=tuple(Context(0.9, float(one)) for one in near))


@pytest.fixture(scope="module")
def hard() -> Examples:
    return examples(seed=9, spread=1.0)


@pytest.fixture(scope="module")
def fitted(hard: Examples) -> Fitted:
    return fit(hard)


def before_it(tmp_path: Path) -> InForce:
    """A probe in force that weighs the context, as its file says."""
    in_force(tmp_path, examples(seed=5))
    document = json.loads((tmp_path / "in-force.json").read_bytes())
    assert "context" not in document
    path = tmp_path / "in-context.json"
    path.write_text(json.dumps(document | {"context": asdict(WEIGHTS)}), encoding="utf-8")
    before = InForce.read(path, LinearProbe.load(path, HEAR))
    assert before.probe.context == WEIGHTS
    return before


def test_where_contexts_are_not_known_the_weights_are_taken_over(
    tmp_path: Path, hard: Examples
) -> None:
    path = tmp_path / "new.json"
    path.write_bytes(train("hear-0002", hard, "a test", before_it(tmp_path), unheard).document)
    assert LinearProbe.load(path, HEAR).context == WEIGHTS


def test_where_none_weighs_the_context_the_new_one_does_not(hard: Examples, fitted: Fitted) -> None:
    heard = in_context(fitted, telling(hard), None)
    assert heard.weights is None
    assert heard.held_out is fitted.held_out


def test_known_contexts_help_and_the_sum_is_calibrated(hard: Examples, fitted: Fitted) -> None:
    given = telling(hard)
    heard = in_context(fitted, given, WEIGHTS)
    assert heard.weights is not None
    factor = heard.weights.slope / WEIGHTS.slope
    assert heard.weights.gate == pytest.approx(factor * WEIGHTS.gate)
    assert heard.weights.before == pytest.approx(factor * WEIGHTS.before)
    assert roc_auc(heard.held_out, given.coughs) > roc_auc(fitted.held_out, given.coughs) + 0.02
    assert heard.held_out.mean() == pytest.approx(given.coughs.mean(), abs=0.02)


def test_the_one_in_force_is_compared_in_context_too(tmp_path: Path, hard: Examples) -> None:
    before = before_it(tmp_path)
    alone = train("hear-0002", hard, "a test", before, unheard).comparison
    together = train("hear-0002", telling(hard), "a test", before, unheard).comparison
    assert alone is not None
    assert together is not None
    assert together.old_auc > alone.old_auc + 0.02
    assert together.new_auc > alone.new_auc + 0.02
