from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from facts_of_probes import HEAR

from coughd.config.errors import ModelError
from coughd.detectors.question_probe import AnswerWeights, QuestionProbe


def probe() -> QuestionProbe:
    rng = np.random.default_rng(7)
    weights = AnswerWeights(
        mean=rng.normal(size=512),
        scale=1.7,
        coefficients=rng.normal(0.0, 0.1, 512),
        intercept=-0.3,
        slope=1.2,
        offset=0.4,
    )
    return QuestionProbe("wet-hear-0001", "wet", HEAR, weights)


def written(folder: Path, **changes: Any) -> Path:
    document = json.loads(probe().document({"yes": 12}))
    for name, value in changes.items():
        if value is None:
            del document[name]
        else:
            document[name] = value
    path = folder / "wet.json"
    path.write_text(json.dumps(document))
    return path


def test_what_was_written_is_read_and_answers_alike(tmp_path: Path) -> None:
    path = tmp_path / "wet.json"
    path.write_bytes(probe().document({"yes": 12}))
    read = QuestionProbe.load(path)
    assert ("wet-hear-0001", "wet", HEAR) == (read.name, read.question, read.embedder)
    embeddings = np.random.default_rng(8).normal(size=(5, 512)).astype(np.float32)
    np.testing.assert_array_equal(
        probe().weights.answers(embeddings), read.weights.answers(embeddings)
    )


def test_an_answer_is_the_textbooks(tmp_path: Path) -> None:
    """Worked out anew from the numbers in the file."""
    file = json.loads(written(tmp_path).read_text())
    embeddings = np.random.default_rng(9).normal(size=(4, 512)).astype(np.float32)
    centred = (embeddings.astype(np.float64) - file["mean"]) / file["scale"]
    log_odds = centred @ np.array(file["coefficients"]) + file["intercept"]
    log_odds = log_odds * file["calibration"]["slope"] + file["calibration"]["offset"]
    expected = 1.0 / (1.0 + np.exp(-log_odds))
    answers = QuestionProbe.load(written(tmp_path)).weights.answers(embeddings)
    np.testing.assert_allclose(answers, expected, atol=1e-12)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"format": "coughd.probe/1"}, "is not of format coughd.question/1"),
        ({"question": None}, "'question' is missing"),
        ({"name": ["wet"]}, "is damaged: name, wanted a line of text"),
        ({"name": "wet\n"}, "is damaged: name, wanted a line of text"),
        ({"question": 1001 * "w"}, "is damaged: question, wanted a line of text"),
        ({"embedder": {**asdict(HEAR), "sha256": "\ud800"}}, "is damaged: sha256, wanted a line"),
        ({"embedder": {"name": "open"}}, "is damaged: 'kind' is missing"),
        ({"scale": 0.0}, "is damaged: scale 0, wanted more than 0"),
        ({"scale": "1"}, "is damaged: '1', wanted a number"),
        ({"coefficients": [1.0] * 8}, "is damaged: coefficients of shape"),
        ({"mean": [float("nan")] * 512}, "is damaged: mean, wanted"),
        ({"calibration": 1.0}, "is damaged: calibration, wanted an object"),
    ],
)
def test_a_damaged_file_is_refused(tmp_path: Path, changes: Any, sentence: str) -> None:
    with pytest.raises(ModelError, match=r"wet\.json .*" + sentence):
        QuestionProbe.load(written(tmp_path, **changes))


@pytest.mark.parametrize("content", [b"", b"[1]", b"[" * 100_000, b"\xff"])
def test_what_is_no_such_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "wet.json"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"wet\.json is not"):
        QuestionProbe.load(path)
    with pytest.raises(ModelError, match="cannot be read"):
        QuestionProbe.load(tmp_path)
