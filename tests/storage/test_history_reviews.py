"""What persons said, read back word by word."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from coughd.storage.reading import pages
from coughd.storage.records import EventRescored, EventReviewed, Scored

from .facts import EPOCH_US, event, scored, seen
from .opened import OTHER, moment, opened

BY_GATE = replace(scored(), scored_by="gate", probability=None, scores={})


def said(event_id: str, label: str, minute: int, who: str = "anna") -> EventReviewed:
    return EventReviewed(event_id, "relabel", label, who, "", EPOCH_US + minute * 60_000_000)


def test_every_word_is_there_in_the_order_of_storing(
    store_path: Path, write: Callable[..., object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "PAGE_ROWS", 2)
    write(
        seen(),
        seen(OTHER, "Kitchen"),
        event("late", 60_000),
        event("early", 0),
        event("there", 30_000, source_id=OTHER, stretch_id="two"),
        said("late", "laugh", 5),
        said("early", "sneeze", 4),
        said("late", "cough", 3, "ben"),
        said("there", "speech", 2),
        said("early", "sneeze", 6),
    )
    with opened(store_path) as history:
        told = [(one.event_id, one.label, one.reviewer) for one in history.reviews()]
        assert told == [
            ("late", "laugh", "anna"),
            ("early", "sneeze", "anna"),
            ("late", "cough", "ben"),
            ("there", "speech", "anna"),
            ("early", "sneeze", "anna"),
        ]
        of_one = history.reviews(source_ids=[OTHER])
        assert [("there", "Kitchen", moment(120))] == [
            (one.event_id, one.source_name, one.reviewed) for one in of_one
        ]
        # The range is that of the events, not of when somebody listened to them.
        assert ["there"] == [one.event_id for one in history.reviews(moment(30), moment(60))]


@pytest.mark.parametrize(
    ("score", "label"),
    [
        (scored(probability=0.5, threshold=0.5), "cough"),
        (scored(probability=0.9, counted=False, label="cough", reason="below_level"), "cough"),
        (scored(counted=False, probability=0.2, scores={"cough": 0.2, "laugh": 0.8}), "laugh"),
        (replace(BY_GATE, threshold=0.5), "cough"),
        (replace(BY_GATE, threshold=1.0), "other"),
    ],
)
def test_the_score_beside_a_review_says_what_it_said_before(
    score: Scored, label: str, store_path: Path, write: Callable[..., object]
) -> None:
    write(seen(), event(scored=score), said("event-1", "sneeze", 1))
    with opened(store_path) as history:
        (told,) = history.reviews()
    assert (told.scored_label, told.label) == (label, "sneeze")


def test_a_later_score_is_the_one_beside_a_review(
    store_path: Path, write: Callable[..., object]
) -> None:
    write(seen(), event(), said("event-1", "cough", 1))
    write(EventRescored("event-1", scored(counted=False, probability=0.1)))
    with opened(store_path) as history:
        (told,) = history.reviews()
    assert (told.scored_label != "cough", told.probability) == (True, 0.1)
