"""Trains the open embedder to tell the eight labels apart on mined windows."""

from __future__ import annotations

import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.random import Generator
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score
from torch import nn
from torch.nn import functional

from ...features import WINDOW_FRAMES
from ...ports import EMBEDDING_SIZE, LABELS
from ..scenes.pool import Shard
from .averaging import parameters, smoothed
from .devices import CPU, device_of, in_short_numbers
from .embedder_network import EmbedderNetwork
from .mining import Origin, Windows, cut
from .spectral_augment import overlay, spoil
from .views import WHOLE, View

_SHIFT_FRAMES = 3
_COUGH_SHARE = 0.36
_TRIGGER_SHARE = 0.28
"""False triggers of the gate."""
_CONFUSING_SHARE = 0.14
"""False triggers by what resembles a cough most; the rest of a batch is other marks and places."""
_CONFUSING = [LABELS.index(label) for label in ("throat_clear", "sneeze", "laugh", "breathe")]
_OVERLAY_SHARE = 0.4
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class EmbedderPlan:
    """How long and how fast to train."""

    steps: int = 5_000
    batch: int = 64
    peak_rate: float = 2e-3
    seed: int = 0
    size: int = EMBEDDING_SIZE
    view: View = WHOLE
    report_every: int = 250
    device: str = CPU


def train_embedder(
    shards: Sequence[Shard],
    windows: Windows,
    held_out: tuple[Sequence[Shard], Windows],
    plan: EmbedderPlan,
    checkpoint: Path,
) -> None:
    """Train from scratch or from the checkpoint, which has all of it when this returns."""
    torch.manual_seed(plan.seed)
    network, head = (part.to(plan.device) for part in _networks(plan))
    optimiser = torch.optim.AdamW(parameters([network, head]), lr=plan.peak_rate, weight_decay=2e-2)
    both = nn.ModuleList([network, head])
    first, average = 0, None
    if checkpoint.exists():
        stored = torch.load(checkpoint, weights_only=True, map_location=plan.device)
        both.load_state_dict(stored["networks"])
        optimiser.load_state_dict(stored["optimiser"])
        first, average = stored["step"], stored["average"]
    draw = _Draw(windows)
    loss_average = 0.0
    for step in range(first, plan.steps):
        rng = np.random.default_rng([plan.seed, step])
        for group in optimiser.param_groups:
            fall = 0.5 + 0.5 * math.cos(math.pi * step / plan.steps)
            group["lr"] = plan.peak_rate * min(1.0, (step + 1) / 150) * fall
        rows = draw.rows(plan.batch, rng)
        sound = _spoilt(shards, windows.chosen(rows), rng)
        joined = rng.random(plan.batch) < _OVERLAY_SHARE
        others = windows.chosen(draw.others(int(joined.sum()), rng))
        sound[joined] = overlay(sound[joined], _spoilt(shards, others, rng), rng)
        heard = torch.from_numpy(sound).to(plan.device)
        truth = torch.from_numpy(windows.label[rows].astype(np.int64)).to(plan.device)
        with in_short_numbers(heard.device):
            logits = head(network.train()(heard))
        loss = functional.cross_entropy(logits.float(), truth, label_smoothing=0.02)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(parameters([network, head]), 2.0)
        optimiser.step()
        if step >= plan.steps // 3:
            average = smoothed(both, average, 0.005)
        loss_average += 0.02 * (float(loss.detach()) - loss_average)
        if (step + 1) % plan.report_every == 0 or step + 1 == plan.steps:
            precision = _average_precision(network, head.eval(), held_out)
            head.train()
            log.info(
                "embedder of seed %d: %d/%d loss %.4f held-out AP %.4f",
                plan.seed, step + 1, plan.steps, loss_average, precision,
            )  # fmt: skip
            partial = checkpoint.with_suffix(".part")
            stored = {"networks": both.state_dict(), "optimiser": optimiser.state_dict()}
            torch.save({**stored, "step": step + 1, "average": average}, partial)
            partial.replace(checkpoint)


def trained(plan: EmbedderPlan, checkpoint: Path) -> EmbedderNetwork:
    """What training left in a checkpoint, with the averaged weights, on the processor."""
    network, head = _networks(plan)
    stored = torch.load(checkpoint, weights_only=True, map_location=CPU)
    nn.ModuleList([network, head]).load_state_dict(stored["average"] or stored["networks"])
    network.eval()
    return network


def _networks(plan: EmbedderPlan) -> tuple[EmbedderNetwork, Any]:
    network: EmbedderNetwork = EmbedderNetwork(plan.size, plan.view)
    head = nn.Sequential(nn.Dropout(0.3), nn.Linear(plan.size, len(LABELS)))
    return network.to(memory_format=torch.channels_last), head


class _Draw:
    """Draws rows so that coughs, false triggers and everything else have fixed shares."""

    def __init__(self, windows: Windows) -> None:
        cough = windows.label == LABELS.index("cough")
        trigger = windows.origin == Origin.TRIGGER
        self._no_coughs = np.flatnonzero(~cough)
        self._pools = [
            np.flatnonzero(cough),
            np.flatnonzero(~cough & trigger),
            np.flatnonzero(trigger & np.isin(windows.label, _CONFUSING)),
            np.flatnonzero(~cough & ~trigger),
        ]

    def others(self, count: int, rng: Generator) -> NDArray[np.intp]:
        """Windows with no cough at their half second."""
        return rng.choice(self._no_coughs, size=count)

    def rows(self, count: int, rng: Generator) -> NDArray[np.intp]:
        shares = [_COUGH_SHARE, _TRIGGER_SHARE, _CONFUSING_SHARE]
        counts = rng.multinomial(count, [*shares, 1.0 - sum(shares)])
        return np.concatenate(
            [rng.choice(pool, size=int(n)) for pool, n in zip(self._pools, counts, strict=True)]
        )


def _spoilt(shards: Sequence[Shard], windows: Windows, rng: Generator) -> NDArray[np.float32]:
    last = shards[0].log_mel.shape[1] - WINDOW_FRAMES
    shift = rng.integers(-_SHIFT_FRAMES, _SHIFT_FRAMES + 1, len(windows))
    start = np.clip(windows.start + shift, 0, last).astype(np.int32)
    shifted = Windows(windows.shard, windows.scene, start, windows.label, windows.origin)
    return spoil(cut(shards, shifted), rng)


def embed_windows(
    network: Any,  # noqa: ANN401
    shards: Sequence[Shard],
    windows: Windows,
) -> NDArray[np.float32]:
    """Embeddings of mined windows [shape=(n, size of the network)]."""
    network.eval()
    embeddings = []
    with torch.no_grad():
        for first in range(0, len(windows), 256):
            rows = np.arange(first, min(first + 256, len(windows)))
            heard = torch.from_numpy(cut(shards, windows.chosen(rows))).to(device_of(network))
            embeddings.append(network(heard).cpu().numpy())
    return np.concatenate(embeddings)


def _average_precision(
    network: Any,  # noqa: ANN401
    head: Any,  # noqa: ANN401
    held_out: tuple[Sequence[Shard], Windows],
) -> float:
    """Of the cough score over the held-out triggers."""
    shards, windows = held_out
    triggers = windows.chosen(windows.origin == Origin.TRIGGER)
    embeddings = torch.from_numpy(embed_windows(network, shards, triggers)).to(device_of(head))
    head.eval()
    with torch.no_grad():
        scores = functional.softmax(head(embeddings), dim=1)[:, 0].cpu().numpy()
    return float(average_precision_score(triggers.label == LABELS.index("cough"), scores))
