"""Trains the gate's network on a pool of scenes; resumes from its last checkpoint."""

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
from torch.nn import functional

from ...onsets import REACH_STEPS, OnsetDecoder
from ..scenes.pool import Shard
from .averaging import smoothed
from .devices import CPU, device_of, in_short_numbers
from .gate_network import LOOK_AHEAD_OUTPUTS, GateNetwork
from .spectral_augment import spoil
from .targets import STEP_S, frame_targets, match_onsets

_CROP_FRAMES = 500
_WARM_UP_OUTPUTS = 15
_ONSET_WEIGHT = 6.0
_LOOK_STEPS = LOOK_AHEAD_OUTPUTS
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class GatePlan:
    """How long and how fast to train."""

    steps: int = 5_000
    batch: int = 16
    peak_rate: float = 3e-3
    seed: int = 0
    report_every: int = 500
    device: str = CPU


@dataclass(frozen=True, slots=True)
class GateScore:
    """How the onset track does on scenes, at one threshold."""

    recall: float
    false_per_hour: float
    median_error_s: float


def train_gate(
    train: Sequence[Shard], held_out: Sequence[Shard], plan: GatePlan, checkpoint: Path
) -> GateNetwork:
    """Train from scratch or from the checkpoint.

    The result has the averaged weights and lies on the processor.
    """
    torch.manual_seed(plan.seed)
    network: GateNetwork = GateNetwork().to(plan.device, memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(network.parameters(), lr=plan.peak_rate, weight_decay=1e-2)
    first, average = 0, None
    if checkpoint.exists():
        stored = torch.load(checkpoint, weights_only=True, map_location=plan.device)
        network.load_state_dict(stored["network"])
        optimiser.load_state_dict(stored["optimiser"])
        first, average = stored["step"], stored["average"]
    targets = [
        np.stack([frame_targets(marks, s.log_mel.shape[1] // 2) for marks in s.marks])
        for s in train
    ]
    loss_average = 0.0
    for step in range(first, plan.steps):
        rng = np.random.default_rng([plan.seed, step])
        for group in optimiser.param_groups:
            warm = min(1.0, (step + 1) / 150)
            fall = 0.5 + 0.5 * math.cos(math.pi * step / plan.steps)
            group["lr"] = plan.peak_rate * warm * fall
        log_mel, wanted = _batch(train, targets, plan.batch, rng)
        loss = _loss(network.train(), log_mel, wanted)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(network.parameters(), 2.0)
        optimiser.step()
        if step >= plan.steps // 3:
            average = smoothed(network, average, 0.005)
        loss_average += 0.02 * (float(loss.detach()) - loss_average)
        if (step + 1) % plan.report_every == 0:
            score = score_gate(network, held_out, 0.3)
            log.info("gate %d/%d loss %.4f %s", step + 1, plan.steps, loss_average, score)
            _save(checkpoint, network, optimiser, step + 1, average)
    if average is not None:
        network.load_state_dict(average)
    network.cpu().eval()
    return network


def _save(checkpoint: Path, network: Any, optimiser: Any, step: int, average: Any) -> None:  # noqa: ANN401
    partial = checkpoint.with_suffix(".part")
    stored = {
        "network": network.state_dict(),
        "optimiser": optimiser.state_dict(),
        "step": step,
        "average": average,
    }
    torch.save(stored, partial)
    partial.replace(checkpoint)


def _batch(
    shards: Sequence[Shard],
    targets: Sequence[NDArray[np.float32]],
    size: int,
    rng: Generator,
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    log_mels, wanted = [], []
    for _ in range(size):
        shard = int(rng.integers(len(shards)))
        scene = int(rng.integers(len(shards[shard].marks)))
        frames = shards[shard].log_mel[scene]
        start = 2 * int(rng.integers(0, (len(frames) - _CROP_FRAMES) // 2 + 1))
        log_mels.append(frames[start : start + _CROP_FRAMES].astype(np.float32))
        wanted.append(targets[shard][scene][:, start // 2 : (start + _CROP_FRAMES) // 2])
    return spoil(np.stack(log_mels), rng), np.stack(wanted)


def _loss(network: Any, log_mel: NDArray[np.float32], wanted: NDArray[np.float32]) -> Any:  # noqa: ANN401
    device = device_of(network)
    heard = torch.from_numpy(log_mel).to(device)
    with in_short_numbers(device):
        logits, _ = network(heard, network.first_state(heard))
    logits = logits.float()[:, :, _LOOK_STEPS:][:, :, _WARM_UP_OUTPUTS:]
    truth = torch.from_numpy(wanted).to(device)[:, :, : wanted.shape[2] - _LOOK_STEPS]
    truth = truth[:, :, _WARM_UP_OUTPUTS:]
    known = (truth >= 0.0).float()
    truth = truth.clamp(min=0.0)
    losses = functional.binary_cross_entropy_with_logits(logits, truth, reduction="none") * known
    onset = losses[:, -1]
    confusing = truth[:, 1:4].amax(1)  # throat clears, sneezes and laughs
    onset = onset * (1.0 + 2.0 * truth[:, -1] + 2.0 * confusing)
    return losses[:, :-1].mean() + _ONSET_WEIGHT * onset.mean()


def onset_tracks(network: Any, log_mel: NDArray[np.float16]) -> NDArray[np.float32]:  # noqa: ANN401
    """Onset scores of whole scenes [shape=(scenes, frames, 64)] -> [shape=(scenes, steps)]."""
    network.eval()
    tracks = []
    with torch.no_grad():
        for start in range(0, len(log_mel), 20):
            scenes = torch.from_numpy(log_mel[start : start + 20].astype(np.float32))
            heard = scenes.to(device_of(network))
            still = heard[:, -1:].expand(-1, 2 * _LOOK_STEPS + 2, -1)
            heard = torch.cat([heard, still], dim=1)
            logits, _ = network(heard, network.first_state(heard))
            tracks.append(torch.sigmoid(logits[:, -1, _LOOK_STEPS:]).cpu().numpy())
    return np.concatenate(tracks)


def onsets_in(track: NDArray[np.float32], threshold: float) -> list[tuple[float, float]]:
    """Onsets of one track as (time in seconds, score)."""
    decoder = OnsetDecoder(threshold)
    found = (decoder.feed(float(score)) for score in (*track, *([0.0] * (REACH_STEPS + 1))))
    return [(onset.position_steps * STEP_S, onset.score) for onset in found if onset]


def score_gate(network: Any, shards: Sequence[Shard], threshold: float) -> GateScore:  # noqa: ANN401
    """Recall, false alarms and onset error over held-out scenes."""
    truths = hits = false = 0
    seconds = 0.0
    errors: list[float] = []
    for shard in shards:
        tracks = onset_tracks(network, shard.log_mel)
        for track, marks in zip(tracks, shard.marks, strict=True):
            onsets = onsets_in(track[: shard.log_mel.shape[1] // 2], threshold)
            claimed = [onset_s for onset_s, _ in onsets]
            true = [mark for mark in marks if mark.label == "cough"]
            matched = match_onsets(claimed, [mark.onset_s for mark in true], 0.15)
            truths += sum(mark.sure for mark in true)
            hits += sum(true[j].sure for _, j in matched)
            false += len(claimed) - len(matched)
            errors.extend(claimed[i] - true[j].onset_s for i, j in matched)
            seconds += shard.log_mel.shape[1] / 100.0
    median = float(np.median(errors)) if errors else float("nan")
    return GateScore(hits / max(truths, 1), 3600.0 * false / seconds, median)
