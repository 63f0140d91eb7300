"""Any bytes as a learnt question or as a table of answers: an error of ours, or something whole."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coughd.config.errors import InputError, ModelError
from coughd.daemon.offline.answer_table import read_answer_table
from coughd.detectors.ports import EMBEDDING_SIZE, EmbedderIdentity
from coughd.detectors.question_probe import AnswerWeights, QuestionProbe

from .mutations import altered, fuzzed, mutated

_EMBEDDER = EmbedderIdentity(
    kind="open", name="open@1", sha256="0" * 64, runtime="r", device="cpu",
    precision="float32", batch_policy="single",
)  # fmt: skip
_NUMBERS = np.zeros(EMBEDDING_SIZE)
_PROBE = QuestionProbe(
    "wet-open-0001", "wet", _EMBEDDER, AnswerWeights(_NUMBERS, 1.0, _NUMBERS, 0.5, 1.0, 0.0)
).document({"yes": 12})
_AS_IT_WAS = "as it was"
_DOCUMENT = json.loads(_PROBE)
_TABLES = (
    b'event_id;wet;note;subject\r\n00-1;yes;"two\nlines";anna\r\n00-2;0.0;;ben\r\n',
    b"\xef\xbb\xbfpath,wet,subject,onset_s\na.wav,true,anna,1.5\nb.wav,,ben,\n",
)


@fuzzed
@given(
    mutated(_PROBE)
    | altered(dict.fromkeys(_DOCUMENT, _AS_IT_WAS)).map(
        lambda changes: json.dumps(
            {name: _DOCUMENT[name] if to == _AS_IT_WAS else to for name, to in changes.items()}
        ).encode()
    )
    | altered(asdict(_EMBEDDER)).map(
        lambda embedder: json.dumps({**_DOCUMENT, "embedder": embedder}).encode()
    )
)
def test_learnt_questions(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "wet.json"
    path.write_bytes(content)
    try:
        probe = QuestionProbe.load(path)
    except ModelError:
        return
    # What is printed, and asked of the store.
    for text in (probe.name, probe.question, *asdict(probe.embedder).values()):
        assert text.isprintable()
    asked = np.linspace(-1, 1, 2 * EMBEDDING_SIZE, dtype=np.float32).reshape(2, EMBEDDING_SIZE)
    answers = probe.weights.answers(asked)
    assert ((answers >= 0.0) & (answers <= 1.0)).all()


@fuzzed
@given(st.sampled_from(_TABLES).flatmap(mutated))
def test_tables_of_answers(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "answers.csv"
    path.write_bytes(content)
    try:
        table = read_answer_table(path, "wet")
    except InputError:
        return
    assert bool(table.events) == (table.clips is None)
    for event in table.events:
        assert event.event_id == event.event_id.strip().lower()
    if table.clips is not None:
        assert all(clip.group for clip in table.clips.clips)


def test_the_good_ones_are_good(tmp_path: Path) -> None:
    path = tmp_path / "wet"
    path.write_bytes(_PROBE)
    assert QuestionProbe.load(path).weights.answers(np.zeros((1, EMBEDDING_SIZE), np.float32)) == (
        pytest.approx([1.0 / (1.0 + np.exp(-0.5))])
    )
    for table in _TABLES:
        path.write_bytes(table)
        read_answer_table(path, "wet")
