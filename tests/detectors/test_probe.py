from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coughd.config.errors import ModelError
from coughd.detectors.ports import EMBEDDING_SIZE, LABELS, Context, EmbedderIdentity
from coughd.detectors.probe import LinearProbe
from coughd.detectors.probe_file import PROBE_FORMAT
from coughd.detectors.probe_weights import ProbeWeights, judge
from coughd.detectors.runtime import sha256_of

EMBEDDER = EmbedderIdentity("open@12345678", "open", "1234", "fake 1", "cpu", "float32", "single")


def document(**changes: Any) -> dict[str, Any]:
    flat = [0.0] * EMBEDDING_SIZE
    coefficients = [list(flat) for _ in LABELS]
    coefficients[0][0] = 2.0
    made: dict[str, Any] = {
        "format": PROBE_FORMAT,
        "name": "cough-test",
        "embedder": {"name": "open@12345678", "sha256": "1234"},
        "labels": list(LABELS),
        "threshold": 0.6,
        "calibration": {"slope": 1.0, "offset": 0.0},
        "mean": flat,
        "scale": [1.0] * EMBEDDING_SIZE,
        "intercepts": [0.0] * len(LABELS),
        "coefficients": coefficients,
    }
    return made | changes


def written(tmp_path: Path, content: object) -> Path:
    path = tmp_path / "probe.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def test_identity_names_the_file_and_its_embedder(tmp_path: Path) -> None:
    path = written(tmp_path, document())
    identity = LinearProbe.load(path, EMBEDDER).identity
    assert ("cough-test", sha256_of(path.read_bytes()), "open@12345678") == (
        identity.name,
        identity.sha256,
        identity.embedder,
    )


def test_uncalibrated_scores_are_the_softmax(tmp_path: Path) -> None:
    probe = LinearProbe.load(written(tmp_path, document()), EMBEDDER)
    embedding = np.zeros(EMBEDDING_SIZE, dtype=np.float32)
    embedding[0] = 1.0
    verdict = probe.judge(embedding)
    assert verdict.probability == pytest.approx(np.exp(2.0) / (np.exp(2.0) + 7.0))
    assert verdict.scores["sneeze"] == pytest.approx(1.0 / (np.exp(2.0) + 7.0))
    assert verdict.label == "cough"
    assert probe.threshold == 0.6


def test_an_embedding_is_centred_and_scaled_before_it_is_weighed(tmp_path: Path) -> None:
    changed = document(
        mean=[0.5] * EMBEDDING_SIZE, scale=[4.0] * EMBEDDING_SIZE, intercepts=[1.0] + [0.0] * 7
    )
    probe = LinearProbe.load(written(tmp_path, changed), EMBEDDER)
    verdict = probe.judge(np.full(EMBEDDING_SIZE, 2.5, np.float32))
    cough = np.exp(2.0 * (2.5 - 0.5) / 4.0 + 1.0)
    assert verdict.probability == pytest.approx(cough / (cough + 7.0))


def test_one_against_the_rest_is_a_logistic_by_itself(tmp_path: Path) -> None:
    changed = document(method="one_against_rest", intercepts=[0.0, 3.0] + [0.0] * 6)
    probe = LinearProbe.load(written(tmp_path, changed), EMBEDDER)
    embedding = np.zeros(EMBEDDING_SIZE, dtype=np.float32)
    embedding[0] = 1.0
    verdict = probe.judge(embedding)
    assert verdict.probability == pytest.approx(1.0 / (1.0 + np.exp(-2.0)))
    left, share = 1.0 - verdict.probability, np.exp(3.0) / (np.exp(3.0) + 6.0)
    assert verdict.scores[LABELS[1]] == pytest.approx(left * share)


def test_calibration_moves_the_log_odds(tmp_path: Path) -> None:
    changed = document(calibration={"slope": 0.5, "offset": -1.0})
    probe = LinearProbe.load(written(tmp_path, changed), EMBEDDER)
    verdict = probe.judge(np.zeros(EMBEDDING_SIZE, dtype=np.float32))
    log_odds = 0.5 * np.log(1.0 / 7.0) - 1.0
    assert verdict.probability == pytest.approx(1.0 / (1.0 + np.exp(-log_odds)))


def test_a_cough_just_before_makes_the_next_likelier(tmp_path: Path) -> None:
    weights = {"slope": 1.0, "gate": 0.0, "before": 2.0, "offset": 0.5}
    probe = LinearProbe.load(written(tmp_path, document(context=weights)), EMBEDDER)
    embedding = np.zeros(EMBEDDING_SIZE, dtype=np.float32)
    alone = probe.judge(embedding)
    assert alone.probability == pytest.approx(1 / 8)
    before = probe.judge(embedding, Context(gate_score=0.5, before=1.0))
    assert before.probability == pytest.approx(1.0 / (1.0 + 7.0 * np.exp(-2.5)))
    assert before.scores["sneeze"] == pytest.approx((1.0 - before.probability) / 7)


def test_a_probe_without_weights_of_the_context_does_not_look_at_it(tmp_path: Path) -> None:
    probe = LinearProbe.load(written(tmp_path, document()), EMBEDDER)
    embedding = np.zeros(EMBEDDING_SIZE, dtype=np.float32)
    assert probe.judge(embedding) == probe.judge(embedding, Context(0.99, 0.99))


@given(st.lists(st.floats(-1e4, 1e4), min_size=len(LABELS), max_size=len(LABELS)))
def test_scores_sum_to_one_whatever_comes(intercepts: list[float]) -> None:
    weights = ProbeWeights(
        mean=np.zeros(EMBEDDING_SIZE),
        scale=np.ones(EMBEDDING_SIZE),
        coefficients=np.zeros((len(LABELS), EMBEDDING_SIZE)),
        intercepts=np.array(intercepts),
        cough_slope=1.3,
        cough_offset=0.2,
    )
    verdict = judge(weights, np.zeros(EMBEDDING_SIZE, dtype=np.float32))
    assert sum(verdict.scores.values()) == pytest.approx(1.0)
    assert set(verdict.scores) == set(LABELS)
    assert 0.0 <= verdict.scores["cough"] == verdict.probability <= 1.0


def test_another_embedder_is_refused(tmp_path: Path) -> None:
    other = document(embedder={"name": "open@deadbeef", "sha256": "dead"})
    with pytest.raises(
        ModelError, match=r"fitted on the embedder open@deadbeef, but open@12345678"
    ):
        LinearProbe.load(written(tmp_path, other), EMBEDDER)


@pytest.mark.parametrize(
    ("fitted_on", "warned"),
    [({}, False), ({"runtime": "fake 1"}, False), ({"runtime": "fake 0", "device": "cpu"}, True)],
)
def test_embeddings_made_otherwise_are_warned_of(
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    fitted_on: dict[str, str],
    warned: bool,
) -> None:
    its = {"name": "open@12345678", "sha256": "1234", **fitted_on}
    LinearProbe.load(written(tmp_path, document(embedder=its)), EMBEDDER)
    assert ("runtime was fake 0, is fake 1" in caplog.text) == warned
    assert "device" not in caplog.text


@pytest.mark.parametrize(
    ("gate", "is_taken"),
    [(None, True), (sha256_of(b"a gate"), True), (sha256_of(b"another"), False)],
)
def test_a_probe_beside_another_gate_than_its_own_is_refused(
    tmp_path: Path,
    gate: str | None,
    is_taken: bool,
) -> None:
    (tmp_path / "gate.onnx").write_bytes(b"a gate")
    said = document() if gate is None else document(gate={"sha256": gate})
    written(tmp_path, said).rename(tmp_path / "probe-open.json")
    if is_taken:
        assert LinearProbe.beside(tmp_path, EMBEDDER).gate_sha256 == gate
    else:
        with pytest.raises(ModelError, match="fitted beside another gate"):
            LinearProbe.beside(tmp_path, EMBEDDER)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("not json", "is not JSON"),
        ("[]", "is not a probe"),
        (document(format="other"), "is not a probe"),
        (document(threshold=None), "is damaged"),
        (document(labels=["cough"]), "is damaged"),
        (document(mean=[0.0]), "is damaged"),
        (document(intercepts=["x"] * 8), "is damaged"),
        (document(threshold=-1), "-1, wanted 0 to 1"),
        (document(threshold=1.5), "1.5, wanted 0 to 1"),
        (document(threshold=True), "True, wanted a number"),
        (document(threshold=10**400), "is damaged"),
        (document(threshold=0), "threshold 0, wanted more than 0 and less than 1"),
        (document(threshold=1.0), "threshold 1.0, wanted more than 0 and less than 1"),
        (document(mean=[10**400] * EMBEDDING_SIZE), "is damaged"),
        (document(mean=[math.inf] * EMBEDDING_SIZE), "mean, wanted -1e[+]12 to 1e[+]12"),
        (document(method="other"), "method 'other'"),
        (document(scale=[0.0] * EMBEDDING_SIZE), "scale, wanted 1e-12 to 1e[+]12"),
        (document(scale=[1.0] * 511 + [1e300]), "scale, wanted 1e-12 to 1e[+]12"),
        (document(scale=[1.0] * 511 + [1e-300]), "scale, wanted 1e-12 to 1e[+]12"),
        (document(mean=[1e300] * EMBEDDING_SIZE), "mean, wanted -1e[+]12 to 1e[+]12"),
        (document(coefficients=[[1e308] * EMBEDDING_SIZE] * 8), "coefficients, wanted -1e[+]12"),
        (document(intercepts=[-1e308] + [1e308] * 7), "intercepts, wanted -1e[+]12"),
        (document(calibration={"slope": 1e308, "offset": 0.0}), "slope 1e[+]308, wanted -1e[+]12"),
        (document(context={"slope": 1.0, "gate": -1e13, "before": 1, "offset": 0}), "gate -1000"),
        (document(calibration=3), "is damaged: calibration, wanted an object. Restore"),
        ({"format": PROBE_FORMAT}, "is damaged: 'embedder' is missing. Restore or retrain"),
        (document(calibration={"slope": math.nan, "offset": 0.0}), "nan, wanted a number"),
        (document(context=3), "is damaged: context, wanted an object. Restore"),
        (document(context={"slope": 1.0}), "is damaged: context, wanted slope, gate, before, offs"),
        (document(context=dict.fromkeys(("slope", "gate", "before", "offset"), "x")), "is damaged"),
    ],
)
def test_a_broken_file_is_refused(tmp_path: Path, content: object, sentence: str) -> None:
    with pytest.raises(ModelError, match=sentence):
        LinearProbe.load(written(tmp_path, content), EMBEDDER)


@pytest.mark.parametrize("sign", [-1.0, 1.0])
def test_the_largest_numbers_that_are_read_give_a_probability(tmp_path: Path, sign: float) -> None:
    most = 1e12
    flat = [sign * most] * EMBEDDING_SIZE
    changed = document(
        mean=flat,
        scale=[1.0 / most] * EMBEDDING_SIZE,
        coefficients=[flat] * len(LABELS),
        intercepts=[sign * most] * len(LABELS),
        calibration={"slope": most, "offset": sign * most},
        context={"slope": most, "gate": most, "before": most, "offset": most},
    )
    probe = LinearProbe.load(written(tmp_path, changed), EMBEDDER)
    loudest = np.full(EMBEDDING_SIZE, np.finfo(np.float32).max)
    verdict = probe.judge(loudest, Context(gate_score=1.0, before=1.0))
    assert 0.0 <= verdict.probability <= 1.0
    assert sum(verdict.scores.values()) == pytest.approx(1.0)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be read"):
        LinearProbe.load(tmp_path / "nothing.json", EMBEDDER)
