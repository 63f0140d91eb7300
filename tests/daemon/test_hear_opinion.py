from __future__ import annotations

from collections.abc import Callable, Iterator

import fake_hear
import numpy as np
import pytest
from asked_hear import LONG_S, Start, starting, window
from fakes import SoundProbe

from coughd.config.errors import ModelError
from coughd.daemon.hear_opinion import HearOpinion
from coughd.daemon.judge import LaterJudge
from coughd.detectors.hear.client import HearProcess
from coughd.detectors.ports import EmbedderIdentity
from coughd.storage.records import Change, EmbeddingKept, EventRescored

JudgeFor = Callable[[EmbedderIdentity], LaterJudge]


@pytest.fixture
def start() -> Iterator[Start]:
    with starting() as begin:
        yield begin


def answers(hear: HearProcess, opinion: HearOpinion) -> list[Change]:
    assert hear.wait_until_idle(LONG_S), hear.status
    return opinion.answers()


def without_probe(embedder: EmbedderIdentity) -> LaterJudge:
    return LaterJudge(None, None, keep_embeddings=True)


def test_without_a_probe_the_embedding_is_kept(start: Start) -> None:
    hear = start()
    opinion = HearOpinion(hear, without_probe, keep_embeddings=True)
    opinion.ask("event-1", window(1))
    (kept,) = answers(hear, opinion)
    assert isinstance(kept, EmbeddingKept)
    assert ("event-1", fake_hear.IDENTITY) == (kept.event_id, kept.embedder)
    np.testing.assert_array_equal(window(1)[:512], kept.embedding)
    assert [] == opinion.answers()
    assert 0 == opinion.waiting


def test_with_a_probe_the_event_is_scored_again(start: Start) -> None:
    hear = start()
    met: list[EmbedderIdentity] = []

    def judge_for(embedder: EmbedderIdentity) -> LaterJudge:
        met.append(embedder)
        return LaterJudge(SoundProbe(), None, keep_embeddings=True)

    opinion = HearOpinion(hear, judge_for, keep_embeddings=True)
    for number in range(3):
        opinion.ask(f"event-{number}", window(number))
    changes = answers(hear, opinion)
    assert all(isinstance(change, EventRescored) for change in changes)
    assert [("event-0", "hear"), ("event-1", "hear"), ("event-2", "hear")] == [
        (change.event_id, change.scored.scored_by)
        for change in changes
        if isinstance(change, EventRescored)
    ]
    assert [fake_hear.IDENTITY] == met


@pytest.mark.parametrize("keep", [True, False])
def test_a_probe_of_another_embedder_judges_nothing(
    start: Start, keep: bool, caplog: pytest.LogCaptureFixture
) -> None:
    def judge_for(embedder: EmbedderIdentity) -> LaterJudge:
        raise ModelError(f"It does not belong to {embedder.name}.")

    hear = start()
    opinion = HearOpinion(hear, judge_for, keep_embeddings=keep)
    before = opinion.judge
    for number in range(3):
        opinion.ask(f"event-{number}", window(number))
    changes = answers(hear, opinion)
    after = opinion.judge
    assert before is None
    assert after is not None
    assert after.refused == "It does not belong to hear@fake."
    assert [EmbeddingKept] * (3 if keep else 0) == [type(change) for change in changes]
    warnings = [record for record in caplog.records if "not judged" in record.getMessage()]
    assert 1 == len(warnings)


def test_what_hear_refuses_stays_open_scored(start: Start) -> None:
    hear = start("--how", "refuse")
    opinion = HearOpinion(hear, without_probe, keep_embeddings=True)
    poisoned = window(1)
    poisoned[0] = fake_hear.POISON
    opinion.ask("event-1", poisoned)
    assert [] == answers(hear, opinion)
    assert 0 == opinion.waiting


def test_unfetched_answers_are_waited_for(start: Start) -> None:
    hear = start()
    opinion = HearOpinion(hear, without_probe, keep_embeddings=True)
    opinion.ask("event-1", window(1))
    assert hear.wait_until_idle(LONG_S)
    assert 1 == opinion.waiting


def test_nobody_waits_for_a_hear_that_cannot_start(
    start: Start,
) -> None:
    hear = start("--how", "load_failed", longest_rest_s=1000.0)
    opinion = HearOpinion(hear, without_probe, keep_embeddings=True)
    opinion.ask("event-1", window(1))
    assert hear.wait_until(lambda now: now.state == "failed", LONG_S)
    assert 0 == opinion.waiting
    assert 1 == opinion.status.waiting


def test_other_probes_are_known_as_soon_as_they_are_given(start: Start) -> None:
    hear = start()
    opinion = HearOpinion(hear, without_probe, keep_embeddings=True)
    opinion.judge_by(without_probe, keep_embeddings=True)
    assert opinion.judge is None
    opinion.ask("event-1", window(1))
    answers(hear, opinion)
    given = LaterJudge(SoundProbe(), None, keep_embeddings=True)
    opinion.judge_by(lambda _embedder: given, keep_embeddings=True)
    assert opinion.judge is given
