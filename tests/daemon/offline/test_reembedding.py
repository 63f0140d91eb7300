from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
from fakes import FAKE_EMBEDDER, EchoEmbedder, SoundProbe, echo
from numpy.typing import NDArray

from coughd.daemon.handing_in.document import HandedIn
from coughd.daemon.judge import LaterJudge
from coughd.daemon.offline.kept_sound import NO_SOUND, Found
from coughd.daemon.offline.neighbourhood import Neighbourhood
from coughd.daemon.offline.reembedding import BATCH, judge_stored, reembed
from coughd.detectors.ports import Context, Verdict
from coughd.storage.reading.places_reading import EventPlace
from coughd.storage.records import EmbeddingKept, EventRescored

LOUD = np.full(32_000, 0.5, np.float32)
UNJUDGED = LaterJudge(None, None, keep_embeddings=True)
JUDGED = LaterJudge(SoundProbe(), None, keep_embeddings=True)
ALONE = Neighbourhood([])


def alone(_events: object) -> Neighbourhood:
    return ALONE


def place(number: int, *, known: bool = False) -> EventPlace:
    """Known: the event has the fake probe's score of a loud sound already."""
    chance, probe = (0.9, SoundProbe.identity.sha256) if known else (0.3, "other")
    name = f"event-{number}"
    onset_us = number * 1_000_000
    scored = ("open", chance, probe, -20.0)
    return EventPlace(name, "bed", "stretch", number, onset_us, 0.5, "complete", *scored)


def found(number: int, window: NDArray[np.float32] | None = LOUD, *, known: bool = False) -> Found:
    return Found(place(number, known=known), window, "" if window is not None else NO_SOUND)


class Kept:
    """Remembers what was kept, batch by batch."""

    def __init__(self) -> None:
        self.batches: list[list[HandedIn]] = []

    def __call__(self, changes: Sequence[HandedIn]) -> None:
        self.batches.append(list(changes))


def test_what_has_sound_is_embedded_and_the_rest_is_counted() -> None:
    kept, told = Kept(), list[int]()
    events = [found(number, LOUD if number % 3 else None) for number in range(60)]
    done = reembed(events, EchoEmbedder(), UNJUDGED, alone, kept, told.append)
    assert (60, 40, 0, {NO_SOUND: 20}) == (
        done.events,
        done.embedded,
        done.judged,
        dict(done.left_out),
    )
    assert [BATCH, 40 - BATCH] == [len(batch) for batch in kept.batches]
    assert 60 == told[-1]
    first = kept.batches[0][0]
    assert isinstance(first, EmbeddingKept)
    assert ("event-1", FAKE_EMBEDDER) == (first.event_id, first.embedder)
    np.testing.assert_array_equal(echo(LOUD), first.embedding)


def test_each_batch_is_judged_beside_what_is_stored_by_then() -> None:
    kept, asked = Kept(), list[tuple[list[str], int]]()

    def neighbours_of(events: Iterable[EventPlace]) -> Neighbourhood:
        asked.append(([one.event_id for one in events], len(kept.batches)))
        return ALONE

    events = [found(number) for number in range(BATCH + 1)]
    reembed(events, EchoEmbedder(), JUDGED, neighbours_of, kept, lambda _done: None)
    assert [([f"event-{n}" for n in range(BATCH)], 0), ([f"event-{BATCH}"], 1)] == asked


def test_a_score_that_an_event_has_already_is_not_told_again() -> None:
    kept = Kept()
    done = reembed(
        [found(1), found(2, known=True)], EchoEmbedder(), JUDGED, alone, kept, lambda _done: None
    )
    assert (2, 1) == (done.embedded, done.judged)
    assert [EventRescored, EmbeddingKept] == [type(change) for change in kept.batches[0]]


def test_stored_embeddings_are_judged_without_sound() -> None:
    kept, told = Kept(), list[int]()
    stored = [(place(number, known=number == 1), echo(LOUD)) for number in range(40)]
    assert 39 == judge_stored(stored, FAKE_EMBEDDER, JUDGED, ALONE, kept, told.append)
    ids = [change.event_id for batch in kept.batches for change in batch]
    assert "event-1" not in ids
    assert 39 == len(ids)
    assert [BATCH, 40] == told
    assert 0 == judge_stored(stored, FAKE_EMBEDDER, UNJUDGED, ALONE, kept, told.append)


def test_what_is_too_quiet_to_count_stays_so_whatever_a_new_probe_says() -> None:
    kept = Kept()
    stored = [
        (replace(place(n), level_dbfs=level), echo(LOUD)) for n, level in enumerate((-50, -40))
    ]
    judge = replace(JUDGED, minimum_level_dbfs=-45.0)
    assert 2 == judge_stored(stored, FAKE_EMBEDDER, judge, ALONE, kept, lambda _done: None)
    changes = [change for batch in kept.batches for change in batch]
    assert [(False, "below_level"), (True, None)] == [
        (one.scored.counted, one.scored.reason) for one in changes if isinstance(one, EventRescored)
    ]


class ContextProbe(SoundProbe):
    """Half as sure as whatever stood before, but never less than the gate."""

    def judge(self, embedding: NDArray[np.float32], context: Context | None = None) -> Verdict:
        assert context is not None
        probability = max(context.gate_score, context.before / 2)
        return Verdict(probability, {"cough": probability, "other": 1 - probability})


def test_an_event_is_judged_by_what_stands_before_it_as_judged_now() -> None:
    kept = Kept()
    places = [
        replace(place(0), onset_us=10_000_000, probability=None),
        replace(place(1), onset_us=11_000_000, gate_score=0.9, probability=0.1),
        replace(place(2), onset_us=13_000_000, gate_score=0.2),
        replace(place(3), onset_us=16_500_000, gate_score=0.3),
        replace(place(4), onset_us=17_000_000, gate_score=0.01, stretch_id="another"),
    ]
    stored = [(one, echo(LOUD)) for one in places[1:]]
    judge = LaterJudge(ContextProbe(), None, keep_embeddings=True)
    judge_stored(stored, FAKE_EMBEDDER, judge, Neighbourhood(places), kept, lambda _done: None)
    changes = [change for batch in kept.batches for change in batch]
    judged = [one.scored.probability for one in changes if isinstance(one, EventRescored)]
    # the second hears the first as it is now, the third is too late, the fourth elsewhere
    assert judged == [0.9, 0.45, 0.3, 0.01]
