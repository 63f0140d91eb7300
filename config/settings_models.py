"""Which networks hear, where they are not the shipped ones."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from .key import Key


@dataclass(frozen=True, slots=True)
class ModelsSettings:
    """Gate, open embedder and probe that belong together."""

    path: Annotated[
        Path | None,
        Key(
            "Folder with a `gate.onnx`, `embedder.onnx` and `probe-open.json` of one's own, as "
            "docs/training.md makes them; `probe.path` wins over its probe.",
            default_says="the shipped ones",
            example="/srv/coughd/models",
        ),
    ] = None
