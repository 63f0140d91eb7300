"""From labelled clips to labelled embeddings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ...config.errors import InputError
from ...detectors.fitting.examples import Examples
from ...detectors.hear.waited_for import in_batches
from ...detectors.ports import LABELS, Embedder, Gate
from .clip_table import ClipTable
from .clip_windows import ClipWindow, LeftOut, cut_windows

BATCH = 32
"""Windows handed to the embedder at once."""


@dataclass(frozen=True, slots=True)
class FromClips:
    """What became of a table."""

    examples: Examples
    left_out: tuple[LeftOut, ...]


def embed_clips(
    table: ClipTable, gate: Gate, embedder: Embedder, progress: Callable[[int, int], None]
) -> FromClips:
    """Cut and embed every clip; InputError for an unreadable one or where none is usable.

    `progress` is told how many of how many steps (a reading and an embedding each) are done.
    """
    steps = 2 * len(table.clips)
    cut = list(cut_windows(table, gate, lambda done: progress(done, steps)))
    windows = [one for one in cut if isinstance(one, ClipWindow)]
    left_out = tuple(one for one in cut if isinstance(one, LeftOut))
    if not windows:
        raise InputError(f"{table.file}: no clip holds two real seconds, so none can be used.")
    parts = []
    for rows in in_batches(len(windows), BATCH):
        parts.append(embedder.embed(np.stack([one.samples for one in windows[rows]])))
        progress(len(table.clips) + len(left_out) + rows.stop, steps)
    examples = Examples(
        embedder=embedder.identity,
        embeddings=np.concatenate(parts),
        labels=np.array([LABELS.index(one.clip.label) for one in windows], dtype=np.intp),
        groups=tuple(one.clip.group for one in windows),
        taught=np.zeros(len(windows), dtype=np.bool_),
    )
    return FromClips(examples, left_out)
