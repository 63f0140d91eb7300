"""Events through their life, as the database and the messages show them."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Table, select

from coughd.config.errors import StorageError, UsageError
from coughd.storage.records import (
    EmbeddingKept,
    EpochEnded,
    EventRescored,
    EventReviewed,
    OutboxRow,
)
from coughd.storage.schema import embeddings, events, models, outbox, reviews, rollup
from coughd.storage.store import EventStore

from .facts import EPOCH_US, HEAR, SOURCE, by_hear, event, reading, scored

Rows = Callable[[Table], list[dict[str, Any]]]


@pytest.fixture
def rows(store: EventStore, store_path: Path) -> Rows:
    def read(table: Table) -> list[dict[str, Any]]:
        with reading(store_path) as connection:
            return [row._asdict() for row in connection.execute(select(table))]

    return read


def review(verdict: Any, label: str | None = None) -> EventReviewed:
    return EventReviewed("event-1", verdict, label, "anna", "listened twice", EPOCH_US)


def bodies(told: list[OutboxRow]) -> list[dict[str, Any]]:
    return [json.loads(row.body) for row in told]


def test_a_cough_is_told_as_end_and_stored_as_told(store: EventStore, rows: Rows) -> None:
    (row,) = store.write([event()])
    body = json.loads(row.body)
    assert row.topic == "cough.event.end.home.usb:1-1%2E2"
    assert (body["seq"], body["phase"], body["revision"]) == (row.seq, "end", 1)
    assert body["store_id"] == store.store_id
    assert body["epoch_id"] == "event-1"
    assert body["source"] == {"id": SOURCE, "name": "Bedroom"}
    assert body["onset"] == "2027-01-15T08:00:00.000000Z"
    (stored,) = rows(events)
    for told, column in [("label", "label"), ("probability", "probability")]:
        assert body[told] == stored[column]
    assert [each["body"] for each in rows(outbox)] == [row.body]


def test_a_rejected_trigger_is_told_as_cancel_with_its_reason(store: EventStore) -> None:
    (body,) = bodies(store.write([event(counted=False)]))
    assert (body["phase"], body["counted"], body["reason"], body["epoch_id"]) == (
        "cancel",
        False,
        "below_threshold",
        None,
    )


def test_the_rerun_of_a_file_changes_nothing(store: EventStore, rows: Rows) -> None:
    store.write([event()])
    before = rows(rollup)
    assert store.write([event(), event(scored=by_hear(counted=False))]) == []
    assert len(rows(events)) == 1
    assert rows(rollup) == before


def test_the_second_cough_of_an_epoch_carries_the_first_ones_id(store: EventStore) -> None:
    told = store.write([event(), event("event-2", 1_000), event("event-3", 5_000)])
    assert [body["epoch_id"] for body in bodies(told)] == ["event-1", "event-1", "event-3"]


def test_the_embedding_comes_back_number_for_number(store: EventStore, rows: Rows) -> None:
    store.write([event()])
    (kept,) = rows(embeddings)
    expected = scored().embedding
    assert expected is not None
    assert np.array_equal(np.frombuffer(kept["vector"], dtype="<f4"), expected)
    assert rows(models)[0]["name"] == "open@1a2b3c4d"


def test_a_later_score_is_the_next_revision_in_full(store: EventStore, rows: Rows) -> None:
    store.write([event()])
    (body,) = bodies(store.write([EventRescored("event-1", by_hear(counted=False))]))
    assert (body["phase"], body["revision"], body["scored_by"]) == ("update", 2, "hear")
    assert (body["counted"], body["reason"]) == (False, "below_threshold")
    assert body["model"]["embedder"] == HEAR.name
    assert body["onset"] == "2027-01-15T08:00:00.000000Z"
    (stored,) = rows(events)
    assert (stored["revision"], stored["counted"], stored["epoch_id"]) == (2, False, None)


def test_the_same_score_again_changes_nothing(store: EventStore, rows: Rows) -> None:
    again = EventRescored("event-1", scored(probability=0.7))
    store.write([event(), again])
    assert store.write([again]) == []
    (stored,) = rows(events)
    assert (stored["revision"], stored["probability"]) == (2, 0.7)
    assert len(store.write([EventRescored("event-1", scored(probability=0.71))])) == 1


@pytest.mark.parametrize(
    ("verdict", "label", "expected"),
    [
        ("confirm", None, ("cough", True, None)),
        ("reject", None, ("other", False, "rejected_by_review")),
        ("relabel", "sneeze", ("sneeze", False, "relabelled_by_review")),
        ("relabel", "cough", ("cough", True, None)),
    ],
)
@pytest.mark.parametrize("counted", [True, False])
def test_a_review_decides_what_counts(
    store: EventStore,
    rows: Rows,
    verdict: Any,
    label: str | None,
    expected: tuple[str, bool, str | None],
    counted: bool,
) -> None:
    store.write([event(counted=counted)])
    told = store.write([review(verdict, label)])
    assert [row.topic.split(".home")[0] for row in told] == ["review.changed", "cough.event.update"]
    word, update = bodies(told)
    assert (word["verdict"], word["reviewer"], word["revision"]) == (verdict, "anna", 2)
    assert (update["label"], update["counted"], update["reason"]) == expected
    assert update["revision"] == 2
    assert rows(reviews)[0]["note"] == "listened twice"


def test_a_later_score_does_not_overturn_a_review(store: EventStore) -> None:
    store.write([event(), review("reject")])
    (body,) = bodies(store.write([EventRescored("event-1", by_hear(probability=0.99))]))
    assert (body["label"], body["counted"], body["reason"]) == (
        "other",
        False,
        "rejected_by_review",
    )
    assert (body["probability"], body["scored_by"], body["revision"]) == (0.99, "hear", 3)


def test_a_review_of_a_deleted_event_is_let_go(store: EventStore, rows: Rows) -> None:
    assert store.write([review("confirm")]) == []
    assert rows(reviews) == []


def test_the_same_review_again_changes_nothing(store: EventStore, rows: Rows) -> None:
    store.write([event(), review("reject")])
    assert store.write([review("reject")]) == []
    assert [1, 2] == [len(rows(reviews)), rows(events)[0]["revision"]]


def test_another_label_in_the_same_instant_is_another_review(store: EventStore, rows: Rows) -> None:
    store.write([event(), review("relabel", "sneeze"), review("relabel", "speech")])
    assert ["sneeze", "speech"] == [one["label"] for one in rows(reviews)]
    assert rows(events)[0]["label"] == "speech"


def test_a_relabel_without_a_label_says_so_and_leaves_nothing(
    store: EventStore, rows: Rows
) -> None:
    store.write([event()])
    with pytest.raises(UsageError, match="name the new label"):
        store.write([review("confirm"), review("relabel")])
    assert rows(reviews) == []
    assert rows(events)[0]["revision"] == 1


def test_what_comes_for_a_deleted_event_is_let_go(store: EventStore, rows: Rows) -> None:
    vector = np.zeros(512, dtype=np.float32)
    assert (
        store.write([EventRescored("gone", by_hear()), EmbeddingKept("gone", HEAR, vector)]) == []
    )
    assert rows(embeddings) == []


def test_a_second_embedder_keeps_its_own_vector(store: EventStore, rows: Rows) -> None:
    vector = np.ones(512, dtype=np.float32)
    kept = EmbeddingKept("event-1", HEAR, vector)
    assert store.write([event(), kept, kept])[1:] == []
    assert len(rows(embeddings)) == 2
    assert len(rows(models)) == 2


def ended(coughs: int) -> EpochEnded:
    return EpochEnded("event-1", SOURCE, coughs, EPOCH_US, EPOCH_US + 300_000, 2.0)


def test_the_end_of_an_epoch_is_told_once(store: EventStore) -> None:
    told = store.write([event(), ended(1), ended(1)])
    assert [row.topic.split(".home")[0] for row in told] == ["cough.event.end", "cough.epoch.end"]
    assert store.write([ended(1)]) == []
    (body,) = bodies(store.write([ended(2)]))
    assert (body["coughs"], body["gap_s"]) == (2, 2.0)


def test_a_source_that_was_never_announced_is_refused(store: EventStore) -> None:
    with pytest.raises(StorageError, match="'attic' was not announced"):
        store.write([event(source_id="attic")])


def test_odd_numbers_of_a_faulty_model_do_not_cost_the_event(store: EventStore, rows: Rows) -> None:
    strange = scored(
        probability=float("nan"), scores={"cough": float("nan"), "other": np.float32(1.0000001)}
    )
    change = event(scored=strange, level_dbfs=float("-inf"), snr_db=float("nan"))
    (body,) = bodies(store.write([change]))
    assert (body["probability"], body["scores"]) == (None, {"cough": 0.0, "other": 1.0})
    assert (body["level_dbfs"], body["snr_db"]) == (-200.0, -200.0)
    assert len(rows(events)) == 1


def test_numpy_numbers_are_stored_as_numbers(store: EventStore, rows: Rows) -> None:
    change = event(onset_sample=np.int64(81_920), onset_us=np.int64(EPOCH_US))
    (body,) = bodies(store.write([change]))
    assert body["onset_sample"] == 81_920
    assert rows(events)[0]["onset_sample"] == 81_920


def test_an_event_of_the_gate_alone_names_no_model(store: EventStore) -> None:
    alone = scored(
        scored_by="gate", probability=0.0, embedder=None, probe=None, embedding=None, scores={}
    )
    (body,) = bodies(store.write([event(scored=alone)]))
    assert body["model"] is None
