"""A pool of scenes on disk, as features: made once, read by every training step.

A shard holds 100 scenes and is named after its fold and seed; an interrupted run finds the
finished shards again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...features import BANDS, LogMelTransform
from ..clips.bank import Bank, load_bank
from ..clips.pack import VALIDATION_HALVES, Mark
from .composing import SceneRecipe, build_scene
from .length import SCENE_FRAMES

SCENES_PER_SHARD = 100
_SHARDS_PER_TASK = 8
"""The bank is loaded for every task, which takes seconds."""
_FOLD_SEEDS = {"train": 0, "val": 1, "dev": 2} | dict(zip(VALIDATION_HALVES, (3, 4), strict=True))


@dataclass(frozen=True, slots=True)
class Shard:
    """One hundred scenes."""

    log_mel: NDArray[np.float16]
    """[shape=(100, 1000, 64)]"""
    marks: list[list[Mark]]


@dataclass(frozen=True, slots=True)
class PoolOrder:
    """Which scenes to make."""

    pack: Path
    cache: Path
    fold: str
    shards: int
    commercial_only: bool = True
    hold_out: bool = True
    """Whether some clips are kept for testing."""


def shard_paths(order: PoolOrder) -> list[Path]:
    """Where the shards of an order lie, made or not."""
    folder = order.cache / order.fold
    return [folder / f"{index:05d}.npz" for index in range(order.shards)]


def make_shards(order: PoolOrder, workers: int) -> Iterator[int]:
    """Make what is missing; yields the number of shards that exist after each."""
    missing = [i for i, path in enumerate(shard_paths(order)) if not path.exists()]
    done = order.shards - len(missing)
    yield done
    if not missing:
        return
    (order.cache / order.fold).mkdir(parents=True, exist_ok=True)
    portions = [missing[i : i + _SHARDS_PER_TASK] for i in range(0, len(missing), _SHARDS_PER_TASK)]
    with ProcessPoolExecutor(workers) as pool:
        for task in as_completed([pool.submit(make_some, order, some) for some in portions]):
            done += task.result()
            yield done


def make_some(order: PoolOrder, indices: Sequence[int]) -> int:
    """Make some shards in this process, unless they are there; how many were asked for."""
    bank = load_bank(
        order.pack, {order.fold}, commercial_only=order.commercial_only, hold_out=order.hold_out
    )
    for index in indices:
        path = shard_paths(order)[index]
        if path.exists():
            continue
        shard = draw_shard(bank, _FOLD_SEEDS[order.fold], index)
        partial = path.with_suffix(f".{os.getpid()}.part.npz")
        marks = json.dumps([[astuple(mark) for mark in scene] for scene in shard.marks])
        np.savez(partial, log_mel=shard.log_mel, marks=np.array(marks))
        partial.replace(path)
    return len(indices)


def draw_shard(bank: Bank, fold_seed: int, index: int) -> Shard:
    """Compose one shard; the same numbers give the same scenes."""
    rng = np.random.default_rng([fold_seed, index])
    transform = LogMelTransform()
    log_mel = np.empty((SCENES_PER_SHARD, SCENE_FRAMES, BANDS), dtype=np.float16)
    marks = []
    for i in range(SCENES_PER_SHARD):
        scene = build_scene(bank, rng, SceneRecipe())
        log_mel[i] = transform.frames(scene.samples)
        marks.append(list(scene.marks))
    return Shard(log_mel, marks)


def read_shard(path: Path) -> Shard:
    """Load one shard."""
    with np.load(path) as stored:
        marks = [[Mark(*row) for row in scene] for scene in json.loads(str(stored["marks"]))]
        return Shard(stored["log_mel"], marks)
