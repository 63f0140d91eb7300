"""What is really sent fits the schemas that are really shipped."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from coughd.storage.messages import (
    EPOCH_SCHEMA,
    EVENT_SCHEMA,
    HEALTH_SCHEMA,
    REVIEW_SCHEMA,
    SOURCE_SCHEMA,
    Source,
    heartbeat_message,
    start_message,
)
from coughd.storage.records import (
    EpochEnded,
    EventRescored,
    EventReviewed,
    SourceChanged,
)
from coughd.storage.schemas import schema, validator
from coughd.storage.store import EventStore

from .facts import EPOCH_US, SOURCE, by_hear, event, scored

ALL_SCHEMAS = (EVENT_SCHEMA, EPOCH_SCHEMA, SOURCE_SCHEMA, REVIEW_SCHEMA, HEALTH_SCHEMA)


def every_message(store: EventStore) -> list[dict[str, Any]]:
    """One of each kind, and of each kind of event."""
    gate_alone = scored(scored_by="gate", embedder=None, probe=None, embedding=None, scores={})
    gate_alone = replace(gate_alone, probability=None)
    told = store.write(
        [
            SourceChanged(SOURCE, "up", "opened", EPOCH_US, "16000 Hz, 1 channel"),
            SourceChanged(SOURCE, "silent", "zeros", EPOCH_US, "nothing but zeros for 10 s"),
            event(),
            event("event-2", 1_000, counted=False),
            event("event-3", 2_000, scored=gate_alone, window="incomplete"),
            EpochEnded("event-1", SOURCE, 1, EPOCH_US, EPOCH_US + 300_000, 2.0),
            EventRescored("event-2", by_hear()),
            EventReviewed("event-1", "relabel", "sneeze", "anna", "", EPOCH_US),
            SourceChanged(SOURCE, "down", "finished", EPOCH_US, "the file is over"),
        ]
    )
    start = start_message(
        store.sender,
        Source(SOURCE, "Bedroom"),
        event_id="event-4",
        onset_us=EPOCH_US,
        onset_sample=0,
        gate_score=0.5,
        utc_us=EPOCH_US,
    )
    beat = heartbeat_message(store.sender, oldest_seq=0, last_seq=0, utc_us=EPOCH_US)
    return [json.loads(body) for body in (*(row.body for row in told), start.body, beat.body)]


def test_every_message_fits_its_schema(store: EventStore) -> None:
    messages = every_message(store)
    assert {body["schema"] for body in messages} == set(ALL_SCHEMAS)
    assert {body["phase"] for body in messages if "phase" in body} == {
        "start",
        "end",
        "cancel",
        "update",
    }
    for body in messages:
        validator(body["schema"]).validate(body)


def test_a_member_too_many_or_too_few_does_not_fit(store: EventStore) -> None:
    for body in every_message(store):
        fits = validator(body["schema"]).is_valid
        assert not fits({**body, "surprise": 1})
        for member in body:
            assert not fits({name: body[name] for name in body if name != member})


@pytest.mark.parametrize(
    "wrong",
    [
        {"probability": 1.1},
        {"counted": False},
        {"revision": 2},
        {"seq": None},
        {"onset": "2027-01-15T08:00:00Z"},
        {"epoch_id": None},
        {"reason": "below_threshold"},
        {"phase": "cancel"},
    ],
)
def test_an_end_that_contradicts_itself_does_not_fit(
    store: EventStore, wrong: dict[str, Any]
) -> None:
    (row,) = store.write([event()])
    assert not validator(EVENT_SCHEMA).is_valid({**json.loads(row.body), **wrong})


@pytest.mark.parametrize("name", ALL_SCHEMAS)
def test_the_schemas_are_schemas(name: str) -> None:
    Draft202012Validator.check_schema(schema(name))


def test_an_unknown_schema_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        validator("coughd.sneeze/1")
