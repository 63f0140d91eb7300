"""Processor time of the two models, each alone in this process."""

from __future__ import annotations

import time

import numpy as np

from coughd.detectors.gate import CoughdGate
from coughd.detectors.open_embedder import OpenEmbedder
from coughd.detectors.ports import SAMPLE_RATE_HZ, WINDOW_SAMPLES

from .figures import Figure, Room
from .sounds import scenes

BLOCK_SAMPLES = SAMPLE_RATE_HZ // 25


def parts(room: Room) -> list[Figure]:
    samples = scenes(int(room.seconds(8, 2)))
    stream = CoughdGate.load().open_stream()
    began_s = time.process_time()
    for at in range(0, samples.size, BLOCK_SAMPLES):
        stream.feed(samples[at : at + BLOCK_SAMPLES])
    gate_s = time.process_time() - began_s
    embedder = OpenEmbedder.load()
    windows = samples[: samples.size // WINDOW_SAMPLES * WINDOW_SAMPLES].reshape(
        -1, 1, WINDOW_SAMPLES
    )
    embedder.embed(windows[0])
    began_s = time.process_time()
    for window in windows:
        embedder.embed(np.ascontiguousarray(window))
    embed_s = time.process_time() - began_s
    heard_s = samples.size / SAMPLE_RATE_HZ
    return [
        Figure(
            "gate, share of a core",
            100 * gate_s / heard_s,
            "%",
            f"{heard_s:.0f} s of sound in blocks of 40 ms, features and network",
            at_most=0.5,
        ),
        Figure(
            "open embedder, per window",
            1000 * embed_s / len(windows),
            "ms",
            f"processor time, mean of {len(windows)} windows",
            at_most=15,
        ),
    ]
