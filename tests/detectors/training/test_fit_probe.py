from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from coughd.detectors.ports import EMBEDDING_SIZE, LABELS, EmbedderIdentity
from coughd.detectors.probe import LinearProbe
from coughd.detectors.probe_weights import ProbeWeights

pytest.importorskip("sklearn", reason="comes with the extra coughd[train]")

from coughd.detectors.training.fit_probe import (
    Examples,
    fit_crosswise,
    fit_probe,
    probabilities,
    write_probe,
)

EMBEDDER = EmbedderIdentity("open@12345678", "open", "1234", "fake 1", "cpu", "float32", "single")


def examples(seed: int, count: int = 1_200) -> Examples:
    """Coughs, sneezes and others, told apart by the first numbers, with noise."""
    rng = np.random.default_rng(seed)
    labels = rng.choice([0, 2, 7], count).astype(np.int32)
    embeddings = rng.normal(0.0, 1.0, (count, EMBEDDING_SIZE)).astype(np.float32)
    embeddings[np.arange(count), labels] += 6.0
    return Examples(embeddings, labels)


def test_a_fitted_probe_is_right_and_calibrated(tmp_path: Path) -> None:
    weights = fit_probe(examples(1), examples(2))
    fresh = examples(3)
    chances = probabilities(weights, fresh.embeddings)
    coughs = fresh.labels == 0
    assert ((chances > 0.5) == coughs).mean() > 0.9
    assert chances.mean() == pytest.approx(coughs.mean(), abs=0.05)

    write_probe(tmp_path / "p.json", weights, EMBEDDER, "aa" * 32, 0.5, {"name": "cough-test"})
    probe = LinearProbe.load(tmp_path / "p.json", EMBEDDER)
    assert probe.gate_sha256 == "aa" * 32
    verdict = probe.judge(fresh.embeddings[0])
    assert verdict.probability == pytest.approx(chances[0], abs=1e-3)
    assert max(verdict.scores[label] for label in ("throat_clear", "laugh")) < 0.01
    assert set(verdict.scores) == set(LABELS)


def with_a_kind_of_its_own(number: int, seed: int) -> Examples:
    """Like `examples`, but one cough in three is told by another number."""
    same = examples(seed)
    odd = (same.labels == 0) & (np.arange(same.labels.size) % 3 == 0)
    same.embeddings[odd, 0] -= 6.0
    same.embeddings[odd, number] += 6.0
    return same


def right(weights: ProbeWeights, examples: Examples) -> float:
    return float(
        ((probabilities(weights, examples.embeddings) > 0.5) == (examples.labels == 0)).mean()
    )


def test_each_half_is_judged_by_a_probe_that_has_not_seen_it() -> None:
    one, other = with_a_kind_of_its_own(11, 1), with_a_kind_of_its_own(12, 2)
    whole, (without_one, without_other) = fit_crosswise(examples(3), (one, other))
    assert min(right(whole, one), right(whole, other)) > 0.98
    assert min(right(without_one, other), right(without_other, one)) > 0.98
    assert max(right(without_one, one), right(without_other, other)) < 0.97


def test_what_unseen_halves_show_calibrates_the_probe_of_all() -> None:
    whole, crossed = fit_crosswise(examples(1), (examples(2), examples(3)))
    calibrations = {(probe.cough_slope, probe.cough_offset) for probe in (whole, *crossed)}
    assert len(calibrations) == 1
    fresh = examples(4)
    chances = probabilities(whole, fresh.embeddings)
    assert chances.mean() == pytest.approx((fresh.labels == 0).mean(), abs=0.05)
