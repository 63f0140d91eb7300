"""Embedders and examples for the tests of probes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from coughd.detectors.fitting.examples import Examples
from coughd.detectors.fitting.training import InForce, train
from coughd.detectors.ports import EMBEDDING_SIZE, LABELS, EmbedderIdentity
from coughd.detectors.probe import LinearProbe

HEAR = EmbedderIdentity("hear@1a2b3c4", "hear", "aa" * 32, "fake 1", "CPU", "float32", "buckets 1")
SPEECH, OTHER = LABELS.index("speech"), LABELS.index("other")


def unheard(_done: int, _all: int) -> None:
    """Nobody watches the progress."""


def examples(
    seed: int = 1, count: int = 200, subjects: int = 12, spread: float = 4.0, confounded: float = 0
) -> Examples:
    """Coughs, speech and others of some subjects; each subject also has a voice of its own."""
    rng = np.random.default_rng(seed)
    labels = rng.choice([0, SPEECH, OTHER], count)
    subject = rng.integers(0, subjects, count)
    embeddings = rng.normal(0.0, 1.0, (count, EMBEDDING_SIZE)).astype(np.float32)
    embeddings[np.arange(count), labels] += spread
    embeddings[np.arange(count), 100 + subject] += confounded
    names = tuple(f"subject {seed}-{number}" for number in subject)
    return Examples(HEAR, embeddings, labels, names, np.zeros(count, bool))


def twice(given: Examples) -> Examples:
    """Each sound once more, in groups of other names."""
    return replace(
        given,
        embeddings=np.concatenate([given.embeddings] * 2),
        labels=np.concatenate([given.labels] * 2),
        groups=(*given.groups, *(f"other {group}" for group in given.groups)),
        taught=np.concatenate([given.taught] * 2),
    )


def in_force(tmp_path: Path, taught_by: Examples) -> InForce:
    path = tmp_path / "in-force.json"
    path.write_bytes(train("hear-0001", taught_by, "a test", None, unheard).document)
    return InForce.read(path, LinearProbe.load(path, HEAR))
