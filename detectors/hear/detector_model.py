"""HeAR's event detector: eight scores for each two seconds, one window at a time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ...config.errors import ModelError
from ..ports import WINDOW_SAMPLES, EmbedderIdentity
from .files import revision_of, verified_digest
from .kinds import DETECTOR_LABELS
from .network import Network, Runtime
from .self_test import sample_sounds

_MAX_DIFFERENCE = 1e-4


class DetectorModel:
    """A loaded and self-tested event detector. One thread.

    It speaks the embedder's protocol: scores [shape=(n, 8)] in the order of `DETECTOR_LABELS`
    stand where the encoder has embeddings.
    """

    def __init__(self, network: Network, identity: EmbedderIdentity) -> None:
        self._network = network
        self._identity = identity

    @classmethod
    def load(cls, name: str, folder: Path, runtime: Runtime) -> DetectorModel:
        """Check, load and test the detector in `folder`; ModelError."""
        sha256 = verified_digest(folder)
        network = runtime.load(folder, "float32", cpu_only=True)
        identity = EmbedderIdentity(
            name=f"{name}@{revision_of(folder, sha256)}",
            kind=name,
            sha256=sha256,
            runtime=network.runtime,
            device=network.device,
            precision="float32",
            batch_policy="single",
        )
        model = cls(network, identity)
        first, again = model.embed(sample_sounds()), model.embed(sample_sounds())
        if not np.isfinite(first).all() or first.min() < 0.0 or first.max() > 1.0:
            raise ModelError(f"{folder}: gives scores outside 0..1: this is no event detector.")
        if np.abs(first - again).max() > _MAX_DIFFERENCE:
            raise ModelError(f"{folder}: gives two scores for the same sound: it is not usable.")
        return model

    @property
    def identity(self) -> EmbedderIdentity:
        """Of the weights and how they are run."""
        return self._identity

    def embed(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Windows [shape=(n, 32000), range -1..1] to scores [shape=(n, 8), range 0..1].

        One after the other: one style of the detectors takes no more at once. Raises ModelError
        for another window length and for what the runtime refuses.
        """
        if windows.ndim != 2 or windows.shape[1] != WINDOW_SAMPLES:
            raise ModelError(
                f"The event detector takes windows of {WINDOW_SAMPLES}, got {windows.shape}."
            )
        scores = np.concatenate([self._network.run(window[np.newaxis]) for window in windows])
        if scores.shape != (len(windows), len(DETECTOR_LABELS)):
            raise ModelError(
                f"The event detector gives {scores.shape} for {len(windows)} windows: this is "
                "another model."
            )
        return scores
