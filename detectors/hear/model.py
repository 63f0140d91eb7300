"""HeAR's encoder behind the `Embedder` port, whatever runs it.

Belongs into the embedder process: loading imports TensorFlow or torch.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ...config.errors import ModelError
from ..ports import EMBEDDING_SIZE, WINDOW_SAMPLES, EmbedderIdentity
from .batching import pad_to_bucket, scale_windows
from .files import revision_of, verified_digest
from .network import Network, OutOfMemoryError, Precision, Runtime
from .precision import agree
from .self_test import MAX_ROUNDED_DIFFERENCE, check_embeddings, sample_sounds

AskedPrecision: TypeAlias = Literal["float32", "bfloat16", "auto"]
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Weights:
    """Which exact model is run."""

    folder: Path
    name: str
    sha256: str

    @classmethod
    def of(cls, folder: Path) -> Weights:
        """Check every byte in `folder`; ModelError where it is not what was pulled."""
        sha256 = verified_digest(folder)
        return cls(folder, f"hear@{revision_of(folder, sha256)}", sha256)


class HearModel:
    """A loaded, warmed and self-tested encoder.

    Batches are padded to one of a few sizes, since each new size costs an XLA compilation. Where
    the memory does not suffice, the largest size is given up, and at the end the GPU: `identity`
    tells how it is run now. One thread.
    """

    def __init__(
        self,
        weights: Weights,
        runtime: Runtime,
        network: Network,
        sizes: Sequence[int],
        precision: Precision,
    ) -> None:
        self._weights = weights
        self._runtime = runtime
        self._network = network
        self._all_sizes = tuple(sizes)
        self._sizes = self._all_sizes
        self._precision = precision

    @classmethod
    def load(
        cls,
        folder: Path,
        batch_sizes: Sequence[int],
        runtime: Runtime,
        asked: AskedPrecision = "float32",
    ) -> HearModel:
        """Check, load, warm and test the model in `folder`; takes seconds to minutes.

        Raises ModelError with a sentence for missing, damaged, foreign or misbehaving models.
        """
        weights = Weights.of(folder)
        model = cls._loaded(weights, batch_sizes, runtime, "float32")
        check_embeddings(model.embed, str(folder))
        if asked == "float32" or (asked == "auto" and not runtime.bfloat16_is_quick()):
            return model
        exact = model.embed(sample_sounds())
        # Two at once would need the memory twice.
        del model
        rounded = cls._loaded(weights, batch_sizes, runtime, "bfloat16")
        refusal = agree(exact, rounded.embed(sample_sounds()))
        if refusal is None:
            check_embeddings(rounded.embed, str(folder), MAX_ROUNDED_DIFFERENCE)
            return rounded
        if asked == "bfloat16" and not refusal.same:
            raise ModelError(
                f"{folder}: {refusal.sentence}: set embedder.precision to float32 or auto."
            )
        if asked == "bfloat16":
            _log.warning("HeAR runs in float32: %s.", refusal.sentence)
        del rounded
        return cls._loaded(weights, batch_sizes, runtime, "float32")

    @classmethod
    def _loaded(
        cls, weights: Weights, sizes: Sequence[int], runtime: Runtime, precision: Precision
    ) -> HearModel:
        try:
            network = runtime.load(weights.folder, precision, cpu_only=False)
        except OutOfMemoryError as exc:
            _log.warning("HeAR runs on the CPU: %s", exc)
            network = runtime.load(weights.folder, precision, cpu_only=True)
        model = cls(weights, runtime, network, sizes, precision)
        model.warm()
        return model

    @property
    def identity(self) -> EmbedderIdentity:
        """Of the weights and how they are run now."""
        return EmbedderIdentity(
            name=self._weights.name,
            kind="hear",
            sha256=self._weights.sha256,
            runtime=self._network.runtime,
            device=self._network.device,
            precision=self._precision,
            batch_policy=f"buckets {','.join(map(str, self._sizes))}",
        )

    def warm(self) -> None:
        """Run each batch size once, so that no real window waits for a compilation."""
        for size in self._all_sizes:
            self.embed(np.zeros((size, WINDOW_SAMPLES), np.float32))

    def embed(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Windows [shape=(n, 32000), range -1..1] to embeddings [shape=(n, 512)].

        Any n; more than the largest batch size are run in several batches. Raises ModelError for
        another window length (the network would answer, wrongly), for what the runtime refuses,
        and where not even one window fits into the memory of the CPU.
        """
        if windows.ndim != 2 or windows.shape[1] != WINDOW_SAMPLES:
            raise ModelError(f"HeAR takes windows of {WINDOW_SAMPLES}, got {windows.shape}.")
        scaled = scale_windows(windows)
        parts: list[NDArray[np.float32]] = []
        start = 0
        while start < len(scaled):
            batch = scaled[start : start + max(self._sizes)]
            try:
                parts.append(self._run(batch))
            except OutOfMemoryError as exc:
                self._save_memory(exc)
            else:
                start += len(batch)
        return np.concatenate(parts)

    def _run(self, scaled: NDArray[np.float32]) -> NDArray[np.float32]:
        padded = pad_to_bucket(scaled, self._sizes)
        embeddings = self._network.run(padded)
        if embeddings.shape != (len(padded), EMBEDDING_SIZE):
            raise ModelError(
                f"The model gives {embeddings.shape} for {len(padded)} windows, HeAR gives "
                f"({len(padded)}, {EMBEDDING_SIZE}): this is another model."
            )
        return embeddings[: len(scaled)]

    def _save_memory(self, fault: OutOfMemoryError) -> None:
        """Go on with smaller batches, or else on the CPU; raises `fault` where neither is left."""
        if len(self._sizes) > 1:
            self._sizes = self._sizes[:-1]
            _log.warning("%s HeAR goes on with batches of at most %d.", fault, max(self._sizes))
            return
        if self._network.device == "CPU":
            raise fault
        _log.warning("%s HeAR goes on with the CPU, more slowly.", fault)
        self._network = self._runtime.load(self._weights.folder, self._precision, cpu_only=True)
        self._sizes = self._all_sizes
