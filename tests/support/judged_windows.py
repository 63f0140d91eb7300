"""Windows of one stretch as a daemon has judged them."""

from __future__ import annotations

import numpy as np

from coughd.detectors.ports import WINDOW_SAMPLES, Samples, Trigger
from coughd.detectors.windows import Window
from coughd.storage.records import EventFinished, Scored


def event_id(number: int) -> str:
    return f"00000000-0000-7000-8000-{number:012d}"


def noise(samples: int = WINDOW_SAMPLES) -> Samples:
    return np.random.default_rng(1).normal(0, 0.1, samples).astype(np.float32)


def judged(
    number: int,
    onset: int,
    *,
    counted: bool = True,
    speech: float | None = 0.0,
    size: int = WINDOW_SAMPLES,
) -> tuple[Window, EventFinished]:
    scores = {} if speech is None else {"cough": 0.9, "speech": speech}
    scored = Scored(
        label="cough", counted=counted, reason=None, probability=0.9 if scores else None,
        scores=scores, threshold=0.5, scored_by="open" if scores else "gate", probe=None,
        embedder=None, embedding=None,
    )  # fmt: skip
    event = EventFinished(
        event_id=event_id(number), source_id="bed", stretch_id="s", onset_sample=onset,
        offset_sample=onset + 5000, onset_us=onset, offset_us=onset + 1, gate_score=0.9,
        window="complete", level_dbfs=-20.0, snr_db=20.0, epoch_id=None, scored=scored,
    )  # fmt: skip
    return Window(Trigger(onset, onset + 800, 0.9), None, onset - 8000, noise(size)), event
