from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from facts_of_probes import HEAR
from numpy.typing import NDArray

from coughd.daemon.offline.asking import ANSWER_COLUMNS, Answered, answer_records
from coughd.detectors.question_probe import AnswerWeights, QuestionProbe
from coughd.storage.history import History
from coughd.storage.material import Material
from coughd.storage.records import EmbeddingKept
from tests.storage.facts import HEAR as STORED
from tests.storage.facts import event, open_store, seen

WEIGHTS = AnswerWeights(np.zeros(512), 1.0, np.eye(512)[0], 0.0, 1.0, 0.0)
"""P(yes) by the first number alone."""


def probe(sha256: str = "") -> QuestionProbe:
    return QuestionProbe("wet-hear-0001", "wet", HEAR, WEIGHTS, sha256)


def test_each_event_with_an_embedding_is_answered_in_its_order(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    with open_store(path) as writing:
        writing.write([seen()])
        for number in range(5):
            writing.write([event(f"event-{number}", number * 10_000)])
            if number != 2:
                vector = np.full(512, number, np.float32)
                writing.write([EmbeddingKept(f"event-{number}", STORED, vector)])
    done = Answered()
    with History.open(path, timezone="Europe/Zurich") as history, Material.open(path) as material:

        def vectors(event_ids: Sequence[str]) -> Mapping[str, NDArray[np.float32]]:
            return material.vectors(event_ids, STORED.sha256)

        records = list(answer_records(history.events(), vectors, probe("cafe"), done))
    assert ["event-0", "event-1", "event-3", "event-4"] == [one["event_id"] for one in records]
    expected = 1.0 / (1.0 + np.exp(-np.array([0.0, 1.0, 3.0, 4.0])))
    np.testing.assert_allclose(np.array([one["answer"] for one in records], float), expected)
    assert (5, 4) == (done.asked, done.answers)
    assert abs(done.sum_of_answers - expected.sum()) < 1e-9
    assert list(ANSWER_COLUMNS) == list(records[0])
    assert ("wet", "wet-hear-0001", "cafe") == tuple(
        records[0][name] for name in ("question", "answered_by", "answered_by_sha256")
    )


def test_nothing_stored_by_these_weights_is_no_answer(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    with open_store(path) as writing:
        writing.write([seen(), event("event-0", 0)])
        writing.write([EmbeddingKept("event-0", STORED, np.ones(512, np.float32))])
    done = Answered()
    with History.open(path, timezone="UTC") as history, Material.open(path) as material:
        records = answer_records(
            history.events(), lambda ids: material.vectors(ids, "other weights"), probe(), done
        )
        assert [] == list(records)
    assert (1, 0, 0.0) == (done.asked, done.answers, done.sum_of_answers)


def test_many_events_are_asked_in_portions(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite3"
    with open_store(path) as writing:
        writing.write([seen()])
        writing.write([event(f"event-{number:04d}", number * 3_000) for number in range(1_100)])
    portions: list[int] = []

    def vectors(event_ids: Sequence[str]) -> Mapping[str, NDArray[np.float32]]:
        portions.append(len(event_ids))
        return {event_id: np.zeros(512, np.float32) for event_id in event_ids}

    done = Answered()
    with History.open(path, timezone="UTC") as history:
        records = list(answer_records(history.events(), vectors, probe(), done))
    assert [500, 500, 100] == portions
    assert 1_100 == len(records) == done.answers
