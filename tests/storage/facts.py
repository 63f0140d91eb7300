"""Facts for the tests of the store, with times in round numbers."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Connection

from coughd.detectors.ports import LABELS, EmbedderIdentity, ProbeIdentity
from coughd.storage.engine import open_reader
from coughd.storage.place import store_url
from coughd.storage.records import (
    Covered,
    EventFinished,
    Origin,
    Scored,
    SourceSeen,
)
from coughd.storage.store import EventStore

EPOCH_US = 1_800_000_000_000_000
"""2027-01-15T08:00:00Z, the beginning of a bucket."""
RATE_HZ = 16_000
SOURCE = "usb:1-1.2"
STRETCH = "stretch-1"
ORIGIN = Origin(
    site="home", node="pi-07", boot_id="boot-1", timezone="Europe/Zurich", config_sha256="c0ffee"
)
EMBEDDER = EmbedderIdentity(
    name="open@1a2b3c4d",
    kind="open",
    sha256="aa",
    runtime="onnxruntime 1",
    device="cpu",
    precision="float32",
    batch_policy="single",
)
HEAR = replace(EMBEDDER, name="hear@9b2eb28", kind="hear", sha256="bb")
PROBE = ProbeIdentity(name="cough-2026-11", sha256="cc", embedder=EMBEDDER.name)


def ticking_clock() -> Callable[[], int]:
    """A clock that is a microsecond later at each look."""
    ticks = itertools.count(EPOCH_US)
    return lambda: next(ticks)


def open_store(path: Path | str) -> EventStore:
    return EventStore.open(path, ORIGIN, ticking_clock())


@contextmanager
def reading(path: Path | str) -> Iterator[Connection]:
    """A short read-only transaction beside the writer."""
    engine = open_reader(store_url(path))
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def seen(source_id: str = SOURCE, name: str = "Bedroom") -> SourceSeen:
    return SourceSeen(source_id=source_id, name=name, kind="file", utc_us=EPOCH_US)


def scored(*, counted: bool = True, probability: float = 0.9, **changes: Any) -> Scored:
    rest = (1.0 - probability) / (len(LABELS) - 1)
    basis = Scored(
        label="cough" if counted else "other",
        counted=counted,
        reason=None if counted else "below_threshold",
        probability=probability,
        scores={label: probability if label == "cough" else rest for label in LABELS},
        threshold=0.5,
        scored_by="open",
        probe=PROBE,
        embedder=EMBEDDER,
        embedding=np.linspace(-1, 1, 512, dtype=np.float32),
    )
    return replace(basis, **changes)


def by_hear(*, counted: bool = True, probability: float = 0.95) -> Scored:
    return scored(
        counted=counted, probability=probability, scored_by="hear", embedder=HEAR, embedding=None
    )


def event(
    event_id: str = "event-1",
    onset_ms: int = 0,
    *,
    length_ms: int = 300,
    counted: bool = True,
    source_id: str = SOURCE,
    stretch_id: str = STRETCH,
    **changes: Any,
) -> EventFinished:
    """A cough, or a rejected trigger, so many milliseconds after `EPOCH_US`."""
    basis = EventFinished(
        event_id=event_id,
        source_id=source_id,
        stretch_id=stretch_id,
        onset_sample=onset_ms * RATE_HZ // 1000,
        offset_sample=(onset_ms + length_ms) * RATE_HZ // 1000,
        onset_us=EPOCH_US + onset_ms * 1000,
        offset_us=EPOCH_US + (onset_ms + length_ms) * 1000,
        gate_score=0.91,
        window="complete",
        level_dbfs=-21.4,
        snr_db=18.0,
        epoch_id=None,
        scored=scored(counted=counted),
    )
    return replace(basis, **changes)


def covered(
    start_s: int,
    end_s: int,
    state: Any = "ok",
    *,
    source_id: str = SOURCE,
    stretch_id: str = STRETCH,
) -> Covered:
    return Covered(
        source_id=source_id,
        stretch_id=stretch_id,
        start_sample=start_s * RATE_HZ,
        end_sample=end_s * RATE_HZ,
        state=state,
        start_us=EPOCH_US + start_s * 1_000_000,
        end_us=EPOCH_US + end_s * 1_000_000,
        noise_dbfs=-60.0,
    )
