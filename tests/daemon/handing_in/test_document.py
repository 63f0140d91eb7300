from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from facts_of_probes import HEAR
from hypothesis import given
from hypothesis import strategies as st

from coughd.config.errors import InputError
from coughd.daemon.handing_in.document import SCHEMA, HandedIn, decode, encode
from coughd.detectors.ports import LABELS, ProbeIdentity
from coughd.storage.records import EmbeddingKept, EventRescored, EventReviewed, Scored

VECTOR = np.linspace(-1.0, 1.0, 512, dtype=np.float32)
REVIEW = EventReviewed("event-1", "relabel", "sneeze", "anna", "a note", 1_800_000_000_000_000)
SCORED = Scored(
    label="cough",
    counted=True,
    reason=None,
    probability=0.75,
    scores={label: 0.75 if label == "cough" else 0.25 / 7 for label in LABELS},
    threshold=0.5,
    scored_by="hear",
    probe=ProbeIdentity("hear-0001", "bb" * 32, HEAR.name),
    embedder=HEAR,
    embedding=VECTOR,
)


def test_what_is_written_is_read() -> None:
    written: list[HandedIn] = [
        REVIEW,
        EmbeddingKept("event-2", HEAR, VECTOR),
        EventRescored("event-3", SCORED),
    ]
    review, kept, rescored = decode(encode(written))
    assert REVIEW == review
    assert isinstance(kept, EmbeddingKept)
    assert ("event-2", HEAR) == (kept.event_id, kept.embedder)
    np.testing.assert_array_equal(VECTOR, kept.embedding)
    assert isinstance(rescored, EventRescored)
    assert rescored.scored.embedding is not None
    np.testing.assert_array_equal(VECTOR, rescored.scored.embedding)
    assert (SCORED.probe, SCORED.scores) == (rescored.scored.probe, rescored.scored.scores)


def test_more_than_one_document_holds_is_refused() -> None:
    with pytest.raises(ValueError, match="201 changes"):
        encode([REVIEW] * 201)


def changed(**changes: Any) -> bytes:
    document = json.loads(encode([REVIEW]))
    document["changes"][0].update(changes)
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b'{"schema": "coughd.handed_in/1"}',
        b'{"schema": "other", "changes": []}',
        b'{"schema": "coughd.handed_in/1", "changes": [3]}',
        b"[" * 100_000,
        changed(kind="deletion"),
        changed(verdict="perhaps"),
        changed(label="dog"),
        changed(event_id=3),
        changed(utc_us=1.5),
        changed(utc_us=True),
        changed(utc_us=-1),
        changed(utc_us=10**30),
        changed(note="half a \udce9"),
        changed(reviewer="a\0b"),
    ],
)
def test_what_is_not_as_we_write_it_is_refused(content: bytes) -> None:
    with pytest.raises(InputError, match=f"is not {SCHEMA}"):
        decode(content)


@pytest.mark.parametrize(
    "content",
    [encode([REVIEW]) + b"\xff", changed(note="she was ill\0"), changed(note="she was ill \udce9")],
)
def test_what_is_refused_is_not_told_on(content: bytes) -> None:
    """It comes into the log: an event's id is a time, and a note is somebody's words."""
    with pytest.raises(InputError) as refused:
        decode(content)
    assert REVIEW.event_id not in str(refused.value)
    assert "she was ill" not in str(refused.value)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("probability", 1.5),
        ("probability", None),
        ("probability", True),
        ("threshold", 10**400),
        ("counted", "yes"),
        ("scored_by", "a friend"),
        ("scores", {"dog": 1.0}),
        ("probe", {}),
        ("embedding", "AAAA"),
        ("embedding", "!"),
    ],
)
def test_a_score_that_is_none_is_refused(field: str, value: object) -> None:
    document = json.loads(encode([EventRescored("event-3", SCORED)]))
    document["changes"][0][field] = value
    with pytest.raises(InputError):
        decode(json.dumps(document).encode())


@given(st.binary(max_size=200))
def test_garbage_is_refused_and_nothing_else_happens(content: bytes) -> None:
    with pytest.raises(InputError):
        decode(content)
