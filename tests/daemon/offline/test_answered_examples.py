from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from coughd.config.errors import InputError
from coughd.daemon.offline.answer_table import AnsweredEvent, AnswerTable
from coughd.daemon.offline.answered_examples import FromEvents, read_answered
from coughd.daemon.offline.stored_embeddings import Choice
from coughd.storage.material import Material
from coughd.storage.records import EmbeddingKept
from tests.storage.facts import HEAR, event, open_store, seen

OTHER_RUN = replace(HEAR, batch_policy="buckets 1,4,8")
DAY_MS = 24 * 3_600_000


def store(folder: Path) -> Path:
    """Three events on three days; HeAR's embedding of the n-th is full of n."""
    path = folder / "store.sqlite3"
    with open_store(path) as writing:
        writing.write([seen()])
        for number in range(3):
            writing.write([event(f"event-{number}", number * DAY_MS)])
            vector = np.full(512, number, np.float32)
            writing.write([EmbeddingKept(f"event-{number}", HEAR, vector)])
    return path


def read(path: Path, *events: AnsweredEvent, mix: bool = False) -> FromEvents:
    table = AnswerTable(Path("answers.csv"), None, events)
    with Material.open(path) as material:
        return read_answered(material, Choice("hear", None, mix=mix), table, "wet")


def said(number: int, *, yes: bool, group: str | None = None) -> AnsweredEvent:
    return AnsweredEvent(number + 2, f"event-{number}", yes, group)


def test_answers_meet_their_embeddings(tmp_path: Path) -> None:
    found = read(store(tmp_path), said(2, yes=False), said(0, yes=True))
    assert [0.0, 2.0] == [row[0] for row in found.examples.embeddings]
    assert [True, False] == found.examples.coughs.tolist()
    assert (HEAR, ()) == (found.examples.embedder, found.unknown)
    assert "sounds with wet yes" == found.examples.sides.coughs


def test_a_person_is_a_group_and_else_a_night(tmp_path: Path) -> None:
    events = [said(0, yes=True, group="anna"), said(1, yes=True, group="anna"), said(2, yes=False)]
    one, two, three = read(store(tmp_path), *events).examples.groups
    assert ("anna", "anna") == (one, two)
    assert "from noon of" in three


def test_what_the_store_does_not_know_is_told(tmp_path: Path) -> None:
    found = read(store(tmp_path), said(0, yes=True), said(7, yes=False))
    assert ["event-7"] == [event.event_id for event in found.unknown]
    with pytest.raises(InputError, match=r"answers\.csv: of none of its events .* hear@"):
        read(tmp_path / "store.sqlite3", said(7, yes=False))


def test_two_runs_of_the_same_weights_do_not_meet_unknowingly(tmp_path: Path) -> None:
    path = store(tmp_path)
    with open_store(path) as writing:
        writing.write([EmbeddingKept("event-0", OTHER_RUN, np.full(512, 9.0, np.float32))])
    with pytest.raises(InputError, match="do not belong together"):
        read(path, said(0, yes=True))
    alone = read(path, said(0, yes=True), mix=True)
    assert ([9.0], False) == ([row[0] for row in alone.examples.embeddings], alone.mixed)
    both = read(path, said(0, yes=True), said(1, yes=False), mix=True)
    assert ([9.0, 1.0], True) == ([row[0] for row in both.examples.embeddings], both.mixed)
