from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from annotated import cough, sound, truth

from coughd.daemon.offline.annotated_events import (
    HeardEvent,
    Reviewed,
    Said,
    review,
    without_repeats,
)
from coughd.detectors.evaluation.sounds import UNKNOWN
from coughd.storage.history import History
from coughd.storage.records import EventReviewed

from ...storage import facts


def event(name: str, onset_s: float, length_s: float = 0.3) -> HeardEvent:
    return HeardEvent(name, onset_s, onset_s + length_s)


def test_an_event_on_a_cough_is_confirmed_and_one_on_nothing_rejected() -> None:
    found = review(truth(cough(1.0), cough(5.0)), [event("a", 1.05), event("b", 9.0)])
    assert (Said("a", "confirm", None), Said("b", "reject", None)) == found.said
    assert (0, 1) == (found.left_alone, found.unheard)


def test_a_marked_sound_says_what_an_event_was() -> None:
    recording = truth(
        sounds=(sound(0.0, "speech", 20.0), sound(3.0, "laugh"), sound(8.0, "dog", 1.0))
    )
    found = review(recording, [event("a", 3.1), event("b", 8.2), event("c", 15.0)])
    assert [("a", "laugh"), ("b", "other"), ("c", "speech")] == [
        (one.event_id, one.label) for one in found.said
    ]


def test_nothing_is_said_where_nobody_is_sure() -> None:
    recording = truth(cough(1.0, sure=False), sounds=(sound(5.0, UNKNOWN),))
    found = review(recording, [event("a", 1.0), event("b", 5.1)])
    assert ((), 2, 0) == (found.said, found.left_alone, found.unheard)


def test_nothing_is_said_of_an_event_beside_a_cough_that_another_has() -> None:
    """Its window holds that cough, so it would teach a probe that coughs are none."""
    found = review(truth(cough(1.0)), [event("a", 1.0), event("b", 1.3)])
    assert ([Said("a", "confirm", None)], 1) == ([*found.said], found.left_alone)


def test_nothing_is_said_within_a_bout_that_is_marked_as_a_whole() -> None:
    recording = truth(cough(1.0), sounds=(sound(1.0, "cough", 3.0),))
    found = review(recording, [event("a", 1.0), event("b", 2.5)])
    assert ["a"] == [one.event_id for one in found.said]


@pytest.mark.parametrize(
    ("word", "who", "note", "before"),
    [
        (Said("a", "relabel", "sneeze"), "anna", "", 1),
        (Said("a", "relabel", "laugh"), "anna", "", 0),
        (Said("a", "relabel", "sneeze"), "ben", "", 0),
        (Said("a", "relabel", "sneeze"), "anna", "second pass", 0),
        (Said("b", "reject", None), "anna", "", 0),
    ],
)
def test_what_the_same_person_said_last_is_not_said_again(
    tmp_path: Path, word: Said, who: str, note: str, before: int
) -> None:
    with facts.open_store(tmp_path / "coughd.db") as store:
        events = [facts.event("a"), facts.event("b", 2000)]
        confirmed = EventReviewed("a", "confirm", None, "anna", "", facts.EPOCH_US)
        sneeze = replace(confirmed, verdict="relabel", label="sneeze")
        store.write([facts.seen(), *events, confirmed, sneeze])
    with History.open(tmp_path / "coughd.db") as history:
        left = without_repeats(Reviewed(facts.SOURCE, (word,), 3, 4), history, who, note)
    assert Reviewed(facts.SOURCE, () if before else (word,), 3, 4, before) == left
