"""What a runtime does for HeAR: scaled windows in, numbers out, on one device in one precision."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from ...config.errors import ModelError

Precision: TypeAlias = Literal["float32", "bfloat16"]


class OutOfMemoryError(ModelError):
    """A batch did not fit into the device's memory; a smaller one may."""


class Network(Protocol):
    """A loaded network. One thread."""

    @property
    def runtime(self) -> str:
        """Such as `tensorflow 2.21.0`."""

    @property
    def device(self) -> str:
        """`CPU`, or `GPU` and its name."""

    def run(self, windows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Windows [shape=(n, 32000)] to numbers [shape=(n, m)].

        Raises OutOfMemoryError, or ModelError for anything else that the runtime refuses.
        """


class Runtime(Protocol):
    """What can load a network; importing it costs nothing, loading imports the framework."""

    def load(self, folder: Path, precision: Precision, *, cpu_only: bool) -> Network:
        """Load what is in `folder`; ModelError or OutOfMemoryError.

        `cpu_only` leaves a GPU alone.
        """

    def bfloat16_is_quick(self) -> bool:
        """Whether the device that `load` would choose computes in bfloat16 by itself."""
