"""The embedder that every installation has: a small network of ours on the light runtime."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ..config.errors import ModelError
from .features import BANDS, WINDOW_FRAMES, LogMelTransform
from .ports import EMBEDDING_SIZE, WINDOW_SAMPLES, EmbedderIdentity
from .runtime import OnnxModel, models_folder


class OpenEmbedder:
    """Maps two real seconds to 512 numbers about the sound that begins at half a second.

    Windows are run one by one, so an embedding never depends on its neighbours; gain hardly
    changes it. Shared by all sources; keeps no state. ModelError when unusable.
    """

    def __init__(self, model: OnnxModel) -> None:
        model.expect({"log_mel": (1, WINDOW_FRAMES, BANDS)}, [(1, EMBEDDING_SIZE)])
        self._model = model
        self._transform = LogMelTransform()
        self._identity = EmbedderIdentity(
            name=f"open@{model.sha256[:8]}",
            kind="open",
            sha256=model.sha256,
            runtime=model.runtime,
            device="cpu",
            precision="float32",
            batch_policy="single",
        )

    @classmethod
    def load(cls, models_dir: Path | None = None) -> OpenEmbedder:
        """Load the shipped embedder, or `embedder.onnx` of another folder."""
        return cls(OnnxModel(models_folder(models_dir) / "embedder.onnx"))

    @property
    def identity(self) -> EmbedderIdentity:
        """Of the weights and how they are run."""
        return self._identity

    def embed(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Windows [shape=(n, 32000), range -1..1] to embeddings [shape=(n, 512)]; ModelError."""
        if windows.ndim != 2 or windows.shape[1] != WINDOW_SAMPLES:
            raise ModelError(f"A window has 32000 samples, not shape {windows.shape}.")
        embeddings = np.empty((len(windows), EMBEDDING_SIZE), dtype=np.float32)
        for row, window in enumerate(np.ascontiguousarray(windows, dtype=np.float32)):
            log_mel = self._transform.frames(window)
            (embedding,) = self._model.run({"log_mel": log_mel[None]})
            embeddings[row] = embedding[0]
        return embeddings
