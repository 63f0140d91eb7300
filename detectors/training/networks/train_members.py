"""Trains the members of the embedder, as many at once as there are workers.

Each worker is a process that trains one member after the other with one thread, and writes nothing
but their checkpoints.
"""

from __future__ import annotations

import logging
import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import torch

from ....config.parent import die_with
from ..scenes.pool import PoolOrder, read_shard, shard_paths
from .embedder_network import EmbedderNetwork
from .members import member_sizes, member_view
from .mining import read_windows
from .train_embedder import EmbedderPlan, train_embedder, trained


@dataclass(frozen=True, slots=True)
class Mined:
    """Scenes that were made and the windows that were cut from them, on disk."""

    pool: PoolOrder
    windows: Path


@dataclass(frozen=True, slots=True)
class MembersOrder:
    """Which members to train on what."""

    train: Mined
    held_out: Mined
    cache: Path
    """Where the checkpoints lie; what is finished there is not done again."""
    members: int
    steps: int
    seed: int
    device: str

    def plan(self, number: int) -> EmbedderPlan:
        """How one member is trained; no two have the same seed."""
        return EmbedderPlan(
            steps=self.steps,
            seed=self.members * self.seed + number,
            size=member_sizes(self.members)[number],
            view=member_view(number),
            device=self.device,
        )

    def checkpoint(self, number: int) -> Path:
        """Where one member's weights are kept."""
        return self.cache / f"embedder-{number}.ckpt"


def train_members(order: MembersOrder, workers: int) -> list[EmbedderNetwork]:
    """Train what is not finished; the members in their order."""
    numbers = range(order.members)
    at_once = min(workers, order.members)
    # Spawned: a fork would inherit torch's locks without the threads that hold them.
    with ProcessPoolExecutor(at_once, get_context("spawn"), _begin, (os.getpid(),)) as pool:
        for _ in pool.map(_train, [order] * order.members, numbers):
            pass
    return [trained(order.plan(number), order.checkpoint(number)) for number in numbers]


def _begin(parent_pid: int) -> None:
    die_with(parent_pid)  # or two would write one checkpoint
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(1)


def _train(order: MembersOrder, number: int) -> None:
    shards, held_out = (
        [read_shard(path) for path in shard_paths(mined.pool)]
        for mined in (order.train, order.held_out)
    )
    train_embedder(
        shards,
        read_windows(order.train.windows),
        (held_out, read_windows(order.held_out.windows)),
        order.plan(number),
        order.checkpoint(number),
    )
