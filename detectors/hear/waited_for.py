"""HeAR's process, asked and waited for: what offline work does and the daemon never may."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ...config.errors import ModelError
from ..ports import EMBEDDING_SIZE, EmbedderIdentity
from .client import HearProcess
from .outcomes import Embedded

_TURN_S = 0.5


class SlowEmbedder:
    """An `Embedder` over the process; one thread.

    Making one waits until the model is loaded and tested; ModelError where it cannot be.
    """

    def __init__(self, process: HearProcess, patience_s: float, most_waiting: int) -> None:
        self._process = process
        self._patience_s = patience_s
        self._most_waiting = most_waiting
        self._identity = self._wait_until_ready()

    @property
    def identity(self) -> EmbedderIdentity:
        """Of the model that was loaded first; another one is refused."""
        return self._identity

    def embed(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Windows [shape=(n, 32000)] to embeddings [shape=(n, 512)]; ModelError."""
        parts = [self._ask(windows[rows]) for rows in in_batches(len(windows), self._most_waiting)]
        return np.concatenate(parts)

    def _ask(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        for row, window in enumerate(windows):
            self._process.submit(str(row), window)
        embeddings = np.empty((len(windows), EMBEDDING_SIZE), np.float32)
        missing = len(windows)
        while missing:
            if not self._process.wait_until_idle(_TURN_S):
                self._refuse_failed()
            for outcome in self._process.outcomes():
                if not isinstance(outcome, Embedded):
                    raise ModelError(f"A window has no embedding: {outcome.reason}")
                self._check(outcome.embedder)
                embeddings[int(outcome.request_id)] = outcome.embedding
                missing -= 1
        return embeddings

    def _wait_until_ready(self) -> EmbedderIdentity:
        waited_s = 0.0
        while not self._process.wait_until_ready(_TURN_S):
            self._refuse_failed()
            waited_s += _TURN_S
            if waited_s >= self._patience_s:
                raise ModelError(f"The embedder is not ready after {waited_s:g} s.")
        identity = self._process.status.identity
        assert identity is not None  # noqa: S101 (ready says so)
        return identity

    def _refuse_failed(self) -> None:
        status = self._process.status
        if status.state == "failed":
            raise ModelError(status.reason or "The embedder cannot be started.")

    def _check(self, embedder: EmbedderIdentity) -> None:
        if embedder != self._identity:
            raise ModelError(
                f"The embedder changed from {self._identity.name} to {embedder.name} while it was "
                "asked; begin again."
            )


def in_batches(count: int, size: int) -> Sequence[slice]:
    """Cut `count` rows into slices of at most `size`."""
    return [slice(at, min(at + size, count)) for at in range(0, count, size)]
