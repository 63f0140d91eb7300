from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from coughd.config.errors import InputError, UsageError
from coughd.daemon.offline import store_examples
from coughd.daemon.offline.store_examples import Teacher, read_examples
from coughd.daemon.offline.stored_embeddings import Choice
from coughd.detectors.fitting.examples import Examples
from coughd.detectors.ports import LABELS, Context, ProbeIdentity, Verdict
from coughd.storage.material import Material
from coughd.storage.records import Change, EmbeddingKept, EventReviewed
from tests.storage.facts import EMBEDDER, HEAR, event, open_store, seen

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
OTHER_RUN = replace(HEAR, batch_policy="buckets 1,4,8")


def vector(number: int) -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    return np.full(512, number, np.float32)


def review(event_id: str, verdict: Any, label: str | None = None, at: int = 0) -> EventReviewed:
    return EventReviewed(event_id, verdict, label, "anna", "", 1_900_000_000_000_000 + at)


def store(path: Path, *changes: Change) -> Path:
    """Four events on two days; HeAR's embedding of the n-th is full of n."""
    with open_store(path / "store.sqlite3") as writing:
        writing.write([seen()])
        for number in range(4):
            writing.write([event(f"event-{number}", number // 2 * DAY_MS + number * 10_000)])
            writing.write([EmbeddingKept(f"event-{number}", HEAR, vector(number))])
        writing.write(changes)
    return path / "store.sqlite3"


def read(path: Path, choice: Choice | None = None, teacher: Teacher | None = None) -> Examples:
    with Material.open(path) as material:
        return read_examples(material, choice or Choice("hear", None, mix=False), teacher).examples


def test_the_latest_word_of_a_person_is_the_label(tmp_path: Path) -> None:
    examples = read(
        store(
            tmp_path,
            review("event-0", "confirm"),
            review("event-1", "confirm"),
            review("event-1", "relabel", "sneeze", at=1),
            review("event-2", "reject"),
        )
    )
    assert ["cough", "sneeze", "other"] == [LABELS[label] for label in examples.labels]
    assert [0.0, 1.0, 2.0] == [row[0] for row in examples.embeddings]
    assert HEAR == examples.embedder
    assert not examples.taught.any()
    first, second, third = examples.groups
    assert first == second != third


def test_a_night_is_one_group_and_another_night_another(tmp_path: Path) -> None:
    path = store(tmp_path)
    with open_store(path) as writing:
        for number, hours in enumerate((14, 18, 38)):  # from nine in the morning
            name = f"night-{number}"
            writing.write([event(name, hours * HOUR_MS)])
            writing.write([EmbeddingKept(name, HEAR, vector(number)), review(name, "confirm")])
    evening, morning, next_evening = read(path).groups
    assert evening == morning != next_evening


@pytest.mark.parametrize(("kind", "groups"), [("microphone", [0, 0, 1]), ("file", [0, 1, 2])])
def test_two_microphones_that_heard_one_cough_are_one_group(
    tmp_path: Path, kind: Any, groups: list[int]
) -> None:
    """Of files nobody knows whether they were heard when they sounded."""
    path = tmp_path / "store.sqlite3"
    with open_store(path) as writing:
        for number, onset_ms in enumerate((0, 150, 350)):
            source, name = f"room-{number}", f"event-{number}"
            writing.write([replace(seen(source), kind=kind)])
            writing.write([event(name, onset_ms, source_id=source, stretch_id=source)])
            writing.write([EmbeddingKept(name, HEAR, vector(number)), review(name, "confirm")])
    examples = read(path)
    assert examples.group_numbers.tolist() == groups
    assert len(set(examples.groups)) == 3


def test_each_event_comes_with_what_stood_before_it(tmp_path: Path) -> None:
    close = event("event-9", 2_000)
    path = store(tmp_path, close, EmbeddingKept("event-9", HEAR, vector(9)))
    with open_store(path) as writing:
        writing.write([review("event-0", "confirm"), review("event-9", "confirm")])
    examples = read(path)
    assert close.scored.probability is not None
    assert (
        Context(close.gate_score, 0.0),
        Context(close.gate_score, close.scored.probability),
    ) == examples.contexts


def test_a_store_without_reviews_or_embeddings_says_so(tmp_path: Path) -> None:
    path = store(tmp_path)
    with pytest.raises(InputError, match="holds no reviewed event"):
        read(path)
    with pytest.raises(InputError, match="no embeddings of kind 'remote'"):
        read(path, Choice("remote", None, mix=False))


def test_two_runs_of_the_same_weights_do_not_meet_unknowingly(tmp_path: Path) -> None:
    path = store(
        tmp_path,
        review("event-0", "confirm"),
        review("event-1", "reject"),
        EmbeddingKept("event-1", OTHER_RUN, vector(7)),
    )
    with pytest.raises(InputError, match=r"do not belong together: .*--embedder NUMBER: 2: "):
        read(path)
    assert [0.0, 7.0] == [row[0] for row in read(path, Choice("hear", None, mix=True)).embeddings]
    chosen = read(path, Choice("hear", 3, mix=False))
    assert ([7.0], OTHER_RUN) == ([row[0] for row in chosen.embeddings], chosen.embedder)
    with pytest.raises(UsageError, match="has no embedder 9; it has 2: "):
        read(path, Choice("hear", 9, mix=False))


def test_other_weights_are_never_mixed(tmp_path: Path) -> None:
    other = EmbeddingKept("event-1", replace(HEAR, name="hear@0", sha256="dd"), vector(7))
    path = store(tmp_path, review("event-0", "confirm"), other)
    with pytest.raises(InputError, match="do not belong together"):
        read(path, Choice("hear", None, mix=True))


class FakeTeacher:
    """Sure of the first two events of the store: a cough, and a sneeze."""

    identity = ProbeIdentity("cough-open", "e" * 64, EMBEDDER.name)
    threshold = 0.5

    def judge(
        self,
        embedding: np.ndarray[tuple[int], np.dtype[np.float32]],
        context: Context | None = None,
    ) -> Verdict:
        chance = {1: 0.99, 2: 0.01}.get(int(embedding[0]), 0.6)
        return Verdict(chance, {"cough": chance, "sneeze": 1 - chance})


def test_a_teacher_speaks_where_nobody_did_and_it_is_sure(tmp_path: Path) -> None:
    opinions = [
        EmbeddingKept(f"event-{number}", EMBEDDER, vector(number + 1)) for number in range(4)
    ]
    path = store(tmp_path, *opinions, review("event-0", "reject"))
    examples = read(path, None, Teacher(FakeTeacher(), EMBEDDER))
    assert ["other", "sneeze"] == [LABELS[label] for label in examples.labels]
    assert [False, True] == list(examples.taught)


def test_of_many_events_a_teacher_is_asked_about_some(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And of what a person said nothing is left out."""
    monkeypatch.setattr(store_examples, "MOST_UNREVIEWED", 2)
    opinions = [EmbeddingKept(f"event-{number}", EMBEDDER, vector(1)) for number in range(4)]
    path = store(tmp_path, *opinions, review("event-3", "reject"))
    with open_store(path) as writing:
        writing.write([EmbeddingKept("event-2", OTHER_RUN, vector(7))])
    choice = Choice("hear", None, mix=True)
    with Material.open(path) as material:
        found = read_examples(material, choice, Teacher(FakeTeacher(), EMBEDDER))
    assert (3, False) == (found.one_in, found.mixed)
    assert [0.0, 3.0] == [row[0] for row in found.examples.embeddings]
    assert [True, False] == list(found.examples.taught)


def test_runs_are_said_to_be_mixed_only_where_they_met(tmp_path: Path) -> None:
    path = store(tmp_path, review("event-0", "confirm"), review("event-1", "confirm"))
    with open_store(path) as writing:
        writing.write([EmbeddingKept("event-3", OTHER_RUN, vector(7))])
    choice = Choice("hear", None, mix=True)
    with Material.open(path) as material:
        assert not read_examples(material, choice, None).mixed
        with open_store(path) as writing:
            writing.write([EmbeddingKept("event-1", OTHER_RUN, vector(7))])
        assert read_examples(material, choice, None).mixed
