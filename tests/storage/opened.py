"""A history opened at a known time, and the words its tests share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from coughd.storage.history import History
from coughd.storage.reading.local_time import from_us
from coughd.storage.records import SourceSeen

from .facts import EPOCH_US, SOURCE

HOUR_S = 3600
DAY_S = 24 * HOUR_S
OTHER = "kitchen"
ZURICH = "Europe/Zurich"


def moment(seconds: float) -> datetime:
    return from_us(EPOCH_US + round(seconds * 1_000_000), UTC)


def at_s(seconds: float) -> Callable[[], int]:
    return lambda: EPOCH_US + round(seconds * 1_000_000)


def microphone(source_id: str = SOURCE, *, seen_s: float = 0) -> SourceSeen:
    return SourceSeen(source_id, source_id.title(), "microphone", at_s(seen_s)())


def opened(path: Path, *, timezone: str | None = "UTC", now_s: float = 10 * DAY_S) -> History:
    return History.open(path, timezone=timezone, clock=at_s(now_s))
