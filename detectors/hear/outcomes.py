"""What a caller of HeAR gets to see: outcomes, limits, status."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..ports import EmbedderIdentity

State: TypeAlias = Literal["starting", "ready", "resting", "failed", "closed"]
"""`resting`: it died at work and is started again soon; `failed`: the last start came to nothing,
the next try comes later."""


@dataclass(frozen=True, slots=True, eq=False)
class Embedded:
    """The embedding of one submitted window."""

    request_id: str
    embedding: NDArray[np.float32]
    """[shape=(512,)], finite"""
    embedder: EmbedderIdentity


@dataclass(frozen=True, slots=True)
class Failed:
    """One submitted window will get no embedding; its event stays as it was scored."""

    request_id: str
    reason: str


Outcome: TypeAlias = Embedded | Failed


@dataclass(frozen=True, slots=True)
class HearLimits:
    """Bounds and time-outs; the defaults are the configuration's."""

    max_waiting_windows: int = 256
    batch_sizes: tuple[int, ...] = (1, 4, 8)
    batch_wait_s: float = 0.05
    """A window waits so long for others to share its batch, if the process is free."""
    start_timeout_s: float = 300.0
    reply_timeout_s: float = 60.0
    frozen_s: float = 20.0
    """Without any processor time for so long, a process that owes something is frozen."""
    first_rest_s: float = 1.0
    longest_rest_s: float = 60.0


@dataclass(frozen=True, slots=True)
class HearStatus:
    """A snapshot for `status`: every submitted window is in exactly one count of windows."""

    state: State
    reason: str | None
    """Why it is not ready; None at the first start and while ready."""
    identity: EmbedderIdentity | None
    """Of the model last loaded."""
    pid: int | None
    submitted: int
    embedded: int
    failed: int
    gave_way: int
    waiting: int
    in_flight: int
    untold: int
    """Outcomes that `outcomes` has not fetched."""
    abandoned: int
    """Still open at `close`."""
    starts: int
    faults: int
    """Deaths, hangs, garbage and loads that failed."""
    away_s: float | None = None
    """How long it has not been ready; None while it is."""
    failing: str | None = None
    """Why the last windows, two or more in a row, got no embedding; None otherwise."""
