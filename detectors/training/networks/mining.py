"""Cuts the windows that the second stage learns from: where the gate claims a cough began.

So the probe sees in training what it will see in use: the gate's own mistakes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from ...features import WINDOW_FRAMES
from ...ports import LABELS
from ..clips.pack import Mark
from ..scenes.pool import Shard
from .targets import label_at
from .train_gate import onset_tracks, onsets_in

_ONSET_FRAME = 50
"""A trigger's onset stands half a second into its window."""
_JITTER_S = 0.03


_COLUMNS = ("shard", "scene", "start", "label", "origin")


class Origin(IntEnum):
    """Why a window was cut."""

    TRIGGER = 0
    MARK = 1
    ANYWHERE = 2


@dataclass(frozen=True, slots=True)
class Windows:
    """Where windows lie in the shards and what sounds at their half second; parallel arrays."""

    shard: NDArray[np.int32]
    scene: NDArray[np.int32]
    start: NDArray[np.int32]
    """First frame."""
    label: NDArray[np.int32]
    """Index into LABELS."""
    origin: NDArray[np.int32]

    def __len__(self) -> int:
        """How many."""
        return self.label.size

    def chosen(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Windows:
        """Only some of them."""
        return Windows(
            self.shard[rows],
            self.scene[rows],
            self.start[rows],
            self.label[rows],
            self.origin[rows],
        )


def mine_once(
    network: Any,  # noqa: ANN401
    shards: Sequence[Shard],
    threshold: float,
    seed: int,
    store: Path,
) -> Windows:
    """Like `mine`, but what an earlier run stored is read; a run takes minutes."""
    if store.exists():
        return read_windows(store)
    windows = mine(network, shards, threshold, seed)
    partial = store.with_suffix(".part.npz")
    np.savez(partial, **{column: getattr(windows, column) for column in _COLUMNS})
    partial.replace(store)
    return windows


def read_windows(store: Path) -> Windows:
    """What `mine_once` stored."""
    with np.load(store) as stored:
        return Windows(*(stored[column] for column in _COLUMNS))


def mine(network: Any, shards: Sequence[Shard], threshold: float, seed: int) -> Windows:  # noqa: ANN401
    """Windows at the gate's triggers, at every mark (a little off), and anywhere."""
    rows: list[tuple[int, int, int, int, int]] = []
    for number, shard in enumerate(shards):
        rng = np.random.default_rng([seed, number])
        tracks = onset_tracks(network, shard.log_mel)
        for scene, marks in enumerate(shard.marks):
            frames = shard.log_mel.shape[1]
            claims = [onset_s for onset_s, _ in onsets_in(tracks[scene][: frames // 2], threshold)]
            for time_s, origin in _places(claims, marks, frames / 100.0, rng):
                start = round(time_s * 100.0) - _ONSET_FRAME
                label = label_at(time_s, marks)
                if label is not None and 0 <= start <= frames - WINDOW_FRAMES:
                    rows.append((number, scene, start, LABELS.index(label), int(origin)))
    table = np.array(rows, dtype=np.int32).reshape(-1, 5)
    return Windows(*(np.ascontiguousarray(column) for column in table.T))


def _places(
    claims: Sequence[float], marks: Sequence[Mark], length_s: float, rng: Generator
) -> list[tuple[float, Origin]]:
    places = [(time_s, Origin.TRIGGER) for time_s in claims]
    places += [(mark.onset_s + float(rng.normal(0.0, _JITTER_S)), Origin.MARK) for mark in marks]
    places.append((float(rng.uniform(0.5, length_s - 1.5)), Origin.ANYWHERE))
    return places


def cut(shards: Sequence[Shard], windows: Windows) -> NDArray[np.float32]:
    """The windows themselves [shape=(n, 198, 64)]."""
    out = np.empty((len(windows), WINDOW_FRAMES, shards[0].log_mel.shape[2]), dtype=np.float32)
    places = zip(windows.shard, windows.scene, windows.start, strict=True)
    for row, (shard, scene, start) in enumerate(places):
        out[row] = shards[shard].log_mel[scene, start : start + WINDOW_FRAMES]
    return out
