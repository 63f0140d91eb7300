"""Embeddings of chosen events."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from coughd.storage.material import Material
from coughd.storage.records import EmbeddingKept
from coughd.storage.store import EventStore

from .facts import HEAR, event

SOME = np.linspace(-1, 1, 512, dtype=np.float32)
OTHER_RUN = replace(HEAR, runtime="tensorflow 3")
OTHER_WEIGHTS = replace(HEAR, name="hear@9999999", sha256="99" * 32)


def test_of_several_runs_of_the_same_weights_the_latest_is_given(
    store: EventStore, store_path: Path
) -> None:
    store.write([event(name, number * 10_000) for number, name in enumerate("abcd")])
    store.write([EmbeddingKept("b", HEAR, SOME), EmbeddingKept("c", HEAR, 2 * SOME)])
    store.write([EmbeddingKept("b", OTHER_RUN, 3 * SOME)])
    store.write([EmbeddingKept("b", OTHER_WEIGHTS, 4 * SOME)])
    store.write([EmbeddingKept("d", OTHER_WEIGHTS, 5 * SOME)])
    with Material.open(store_path) as material:
        found = material.vectors(["a", "b", "d", "nobody's"], HEAR.sha256)
        assert {"b"} == set(found)
        np.testing.assert_array_equal(3 * SOME, found["b"])
        both = material.vectors(["b", "d"], OTHER_WEIGHTS.sha256)
        assert {"b": 4.0, "d": 5.0} == {name: one[-1] for name, one in both.items()}
