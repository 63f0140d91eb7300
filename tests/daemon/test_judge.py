"""What is decided of a window, and what counts: at once, and when a later embedding comes."""

from __future__ import annotations

import numpy as np
import pytest
from fakes import FAKE_EMBEDDER, EchoEmbedder, SoundProbe
from numpy.typing import NDArray

from coughd.daemon.judge import Judge, LaterJudge
from coughd.detectors.ports import WINDOW_SAMPLES, Context, Trigger, Verdict
from coughd.detectors.windows import Window
from coughd.storage.records import EmbeddingKept, EventRescored, Scored

EMBEDDING = np.arange(512, dtype=np.float32)
QUIET_DBFS, LOUD_DBFS = -60.0, -10.0


class FixedProbe(SoundProbe):
    """Says what it is told to say, and remembers the context."""

    def __init__(self, probability: float) -> None:
        self._probability = probability
        self.context: Context | None = None

    def judge(self, embedding: NDArray[np.float32], context: Context | None = None) -> Verdict:
        self.context = context
        rest = 1 - self._probability
        return Verdict(self._probability, {"cough": self._probability, "throat_clear": rest})


def window(samples: int = WINDOW_SAMPLES, gate_score: float = 0.6) -> Window:
    noise = np.random.default_rng(1).normal(0, 0.1, samples).astype(np.float32)
    return Window(Trigger(8_000, 12_000, gate_score), None, 0, noise)


def judge(
    probability: float = 0.9, *, keep: bool = True, minimum_level_dbfs: float | None = None
) -> Judge:
    probe = FixedProbe(probability)
    return Judge(EchoEmbedder(), probe, 0.8, keep, minimum_level_dbfs)


def verdict(scored: Scored) -> tuple[bool, str | None, str]:
    return scored.counted, scored.reason, scored.label


@pytest.mark.parametrize(
    ("probability", "expected"),
    [
        (0.8, (True, None, "cough")),
        (0.79, (False, "below_threshold", "throat_clear")),
    ],
)
def test_a_whole_window_counts_from_the_threshold_on(
    probability: float, expected: tuple[bool, str | None, str]
) -> None:
    scored = judge(probability).judge(window(), 0.0)
    assert verdict(scored) == expected
    assert (scored.probability, scored.threshold, scored.scored_by) == (probability, 0.8, "open")


@pytest.mark.parametrize(("gate_score", "counted"), [(0.5, True), (0.49, False)])
def test_where_sound_is_missing_the_gate_alone_decides(gate_score: float, counted: bool) -> None:
    scored = judge(0.0).judge(window(WINDOW_SAMPLES - 1, gate_score), 0.0)
    assert scored.counted is counted
    assert (scored.probability, scored.threshold, scored.scored_by) == (None, 0.5, "gate")
    assert (scored.embedding, scored.embedder, scored.probe) == (None, None, None)


@pytest.mark.parametrize("samples", [WINDOW_SAMPLES, WINDOW_SAMPLES - 1])
def test_what_is_too_quiet_is_not_counted_whatever_it_is(samples: int) -> None:
    strict = judge(minimum_level_dbfs=-5.0)
    assert verdict(strict.judge(window(samples), 0.0))[:2] == (False, "below_level")
    assert verdict(judge(minimum_level_dbfs=-50.0).judge(window(samples), 0.0))[:2] == (True, None)
    assert (strict.is_loud_enough(-5.0), strict.is_loud_enough(-5.1)) == (True, False)
    assert judge().is_loud_enough(-120.0)


def test_what_is_refused_for_its_sound_is_not_called_too_quiet() -> None:
    scored = judge(0.1, minimum_level_dbfs=-5.0).judge(window(), 0.0)
    assert scored.reason == "below_threshold"


@pytest.mark.parametrize("keep", [True, False])
def test_an_embedding_is_kept_only_where_it_is_wanted(keep: bool) -> None:
    assert (judge(keep=keep).judge(window(), 0.0).embedding is not None) is keep


def test_the_probe_hears_of_the_gate_and_of_what_came_before() -> None:
    one = judge()
    one.judge(window(gate_score=0.7), 0.4)
    assert isinstance(one.probe, FixedProbe)
    assert one.probe.context == Context(0.7, 0.4)


@pytest.mark.parametrize(
    ("threshold", "counted"),
    [(None, True), (0.5, True), (0.7, False)],
    ids=["its own", "0.5", "0.7"],
)
def test_a_later_word_goes_by_the_configured_threshold_or_the_probes_own(
    threshold: float | None,
    counted: bool,
) -> None:
    later = LaterJudge(FixedProbe(0.6), threshold, keep_embeddings=False)
    told = later.judge("event", FAKE_EMBEDDER, EMBEDDING)
    assert isinstance(told, EventRescored)
    assert (told.event_id, told.scored.counted, told.scored.embedding) == ("event", counted, None)


@pytest.mark.parametrize(
    ("level_dbfs", "reason"), [(QUIET_DBFS, "below_level"), (LOUD_DBFS, None), (None, None)]
)
def test_a_later_word_counts_nothing_too_quiet_either(
    level_dbfs: float | None, reason: str | None
) -> None:
    later = LaterJudge(FixedProbe(0.6), None, keep_embeddings=True, minimum_level_dbfs=-30.0)
    told = later.judge("event", FAKE_EMBEDDER, EMBEDDING, level_dbfs=level_dbfs)
    assert isinstance(told, EventRescored)
    assert (told.scored.counted, told.scored.reason) == (reason is None, reason)
    assert told.scored.embedding is EMBEDDING


def test_without_a_probe_a_later_embedding_is_kept_or_forgotten() -> None:
    kept = LaterJudge(None, None, keep_embeddings=True).judge("event", FAKE_EMBEDDER, EMBEDDING)
    assert isinstance(kept, EmbeddingKept)
    assert (kept.event_id, kept.embedder) == ("event", FAKE_EMBEDDER)
    assert kept.embedding is EMBEDDING
    forgotten = LaterJudge(None, None, keep_embeddings=False)
    assert forgotten.judge("event", FAKE_EMBEDDER, EMBEDDING) is None
