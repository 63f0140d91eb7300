"""What is learnt from is read in pages: a year of it has no room in memory."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy.event import listen

from coughd.storage.material import Material
from coughd.storage.reading import pages
from coughd.storage.records import EmbeddingKept, EventReviewed
from coughd.storage.store import EventStore

from .facts import EMBEDDER, EPOCH_US, HEAR, event

SOME = np.linspace(-1, 1, 512, dtype=np.float32)
SECOND_US = 1_000_000


@pytest.fixture
def store_path(store: EventStore, store_path: Path) -> Path:
    """Seven events, stored in another order than they were heard; two begin at once."""
    onsets_s = {"a": 0, "c": 20, "b": 10, "d": 20, "e": 2_000, "g": 2_004, "f": 2_002}
    store.write([event(name, onset_s * 1_000) for name, onset_s in onsets_s.items()])
    store.write([EmbeddingKept(name, HEAR, SOME * number) for number, name in enumerate("bdg")])
    store.write(
        [
            EventReviewed("d", "confirm", None, "anna", "", 1),
            EventReviewed("d", "relabel", "sneeze", "anna", "", 2),
            EventReviewed("e", "reject", None, "anna", "", 3),
        ]
    )
    return store_path


@pytest.fixture
def material(store_path: Path, monkeypatch: pytest.MonkeyPatch) -> Material:
    monkeypatch.setattr(pages, "PAGE_ROWS", 2)
    return Material.open(store_path)


def model_ids(material: Material) -> dict[str, int]:
    return {kind: known.model_id for kind in ("open", "hear") for known in material.embedders(kind)}


def test_all_places_come_by_onset_a_page_at_a_time(material: Material) -> None:
    said: list[str] = []
    with material, material.reading() as connection:
        listen(connection.engine, "before_cursor_execute", lambda *said_: said.append(said_[2]))
        found = material.places(without=None)
        assert not said
        first = next(found)
        assert len([one for one in said if "LIMIT" in one]) == 1
        assert [first.event_id, *(one.event_id for one in found)] == list("abcdefg")
        assert material.count_places(without=None) == 7


def test_those_without_an_embedding_made_exactly_so(material: Material) -> None:
    with material:
        assert [one.event_id for one in material.places(without=HEAR)] == list("acef")
        assert material.count_places(without=HEAR) == 4
        assert material.count_places(without=EMBEDDER) == 0
        other = replace(HEAR, device="gpu")
        assert [one.event_id for one in material.places(without=other)] == list("abcdefg")


@pytest.mark.parametrize(
    ("onsets_s", "reach_s", "names"),
    [
        ([], 3, ""),
        ([2_004], 3, "fg"),
        ([2_004], 1, "g"),
        ([20, 10], 3, "bcd"),
        ([2_004, 0], 2, "afg"),
        ([20], 0, "cd"),
    ],
)
def test_what_stands_before_an_onset(
    material: Material, onsets_s: list[int], reach_s: int, names: str
) -> None:
    onsets_us = [EPOCH_US + onset_s * SECOND_US for onset_s in onsets_s]
    with material:
        found = material.places_before(onsets_us, reach_s * SECOND_US)
    assert "".join(one.event_id for one in found) == names


def test_embeddings_come_by_onset_with_the_last_word_on_their_event(material: Material) -> None:
    with material:
        ids = model_ids(material)
        hear = list(material.embeddings([ids["hear"]], reviewed_only=False))
        assert [(one.event_id, one.said) for one in hear] == [
            ("b", None),
            ("d", "sneeze"),
            ("g", None),
        ]
        np.testing.assert_array_equal(hear[2].vector, SOME * 2)
        both = material.embeddings([ids["hear"], ids["open"]], reviewed_only=False)
        made = [(one.event_id, one.model_id) for one in both]
        twice = {"b", "d", "g"}
        assert made == [
            (name, model_id)
            for name in "abcdefg"
            for model_id in sorted(ids.values())
            if model_id == ids["open"] or name in twice
        ]


def test_embeddings_of_reviewed_events_alone(material: Material) -> None:
    with material:
        ids = list(model_ids(material).values())
        found = list(material.embeddings(ids, reviewed_only=True))
    assert [(one.event_id, one.said) for one in found] == [
        ("d", "sneeze"),
        ("d", "sneeze"),
        ("e", "other"),
    ]
