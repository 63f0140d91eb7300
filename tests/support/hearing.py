"""Hears sound with the shipped models and the real pipeline; what the end-to-end tests share."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import soundfile
from fakes import FakeClock, ListSink
from numpy.typing import NDArray

from coughd.config.settings import Settings
from coughd.daemon.identity import FileIdentity
from coughd.daemon.lifecycle import StopRequest
from coughd.daemon.line import Line
from coughd.daemon.pipeline import Pipeline
from coughd.daemon.second_opinion import NoSecondOpinion
from coughd.daemon.sources.file import FileSource
from coughd.daemon.wiring.detection import load_judge, stretch_maker
from coughd.daemon.wiring.gates import load_gate
from coughd.storage.records import EventFinished

Facts = tuple[str, int, int, str, str, float | None, bytes]


class LeapingClock(FakeClock):
    """Passes a second at each look: a file at real time is always due, and nobody waits."""

    def monotonic_s(self) -> float:
        self.now_monotonic_s += 1.0
        return self.now_monotonic_s


def write(path: Path, samples: NDArray[np.float32], rate_hz: int = 16_000) -> Path:
    soundfile.write(path, samples, rate_hz, subtype="PCM_16")
    return path


def hear(
    path: Path,
    *,
    pace: Literal["fast", "realtime"] = "fast",
    block_samples: int | None = None,
    ring_s: float = 30.0,
) -> list[EventFinished]:
    """All judged triggers of a file."""
    settings = Settings()
    maker = replace(stretch_maker(settings, load_gate(settings), {}), ring_s=ring_s)
    sink = ListSink()
    with (
        closing(StopRequest()) as stop,
        closing(FileSource("a", path, pace=pace, block_samples=block_samples)) as source,
    ):
        line = Line(source, "a", "file", FileIdentity(source.content_sha256, "a"))
        judge = load_judge(settings)
        Pipeline([line], maker, judge, NoSecondOpinion(), sink, LeapingClock(), stop).run()
    return sink.events


def coughs(path: Path) -> list[EventFinished]:
    """What the daemon would count."""
    return [event for event in hear(path) if event.scored.counted]


def facts(events: list[EventFinished]) -> list[Facts]:
    """What must not depend on how the sound arrived."""
    return [
        (
            event.event_id,
            event.onset_sample,
            event.offset_sample,
            event.window,
            event.scored.label,
            event.scored.probability,
            b"" if event.scored.embedding is None else event.scored.embedding.tobytes(),
        )
        for event in events
    ]
