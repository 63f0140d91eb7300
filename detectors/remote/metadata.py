"""What a server says of its model, and who that makes the embedder."""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping
from typing import Any

from ...config.errors import ModelError
from ..ports import EMBEDDING_SIZE, WINDOW_SAMPLES, EmbedderIdentity

DEFAULT_INPUT = "x"
"""HeAR's, for servers that do not say."""
_INPUT = {"FP32": "float32"}
_OUTPUT = {"FP32": "float32", "FP16": "float16"}
"""Types that are understood, and what they are called."""
ANSWER_FAULTS = (
    ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError, MemoryError,
    RecursionError, zlib.error, EOFError,
)  # fmt: skip
"""What reading a malformed answer was seen to raise in the client library."""


class Metadata:
    """What a server says of its model; ModelError where it cannot be HeAR."""

    def __init__(self, name: str, answer: Any, about: Any, wanted: str | None) -> None:  # noqa: ANN401 - anybody's JSON
        try:
            versions = [str(version) for version in answer.get("versions") or []]
            self.platform = str(answer.get("platform") or "unknown platform")
            self.input_name, _ = _tensor(answer, "inputs", WINDOW_SAMPLES, DEFAULT_INPUT, _INPUT)
            self.output_name, self.precision = _tensor(
                answer, "outputs", EMBEDDING_SIZE, None, _OUTPUT
            )
            self.server = f"{about.get('name', 'a server')} {about.get('version', '')}".strip()
            described = {key: answer.get(key) for key in ("platform", "inputs", "outputs")}
        except ANSWER_FAULTS as exc:
            raise ModelError(f"{name} describes itself in a way that is not understood.") from exc
        if wanted is not None and versions and wanted not in versions:
            raise ModelError(f"{name} has no version {wanted}; it has {', '.join(versions)}.")
        self.version = wanted or max(versions, key=_age, default="")
        self.model = str(answer.get("name") or "model")
        said = json.dumps([self.model, self.version, described], sort_keys=True)
        self.sha256 = hashlib.sha256(said.encode()).hexdigest()

    def identity(self, largest_batch: int) -> EmbedderIdentity:
        """Its weights are not known: the sha256 is of what it says of itself."""
        version = f"@{self.version}" if self.version else ""
        return EmbedderIdentity(
            name=f"remote:{self.model}{version}",
            kind="remote",
            sha256=self.sha256,
            runtime=f"{self.platform} on {self.server}",
            device="remote",
            precision=self.precision,
            batch_policy=f"at most {largest_batch}",
        )


def _tensor(
    answer: Any,  # noqa: ANN401 - anybody's JSON
    key: str,
    size: int,
    default: str | None,
    types: Mapping[str, str],
) -> tuple[str | None, str]:
    """Name and type of the only tensor; ModelError where it has another shape."""
    tensors = answer.get(key) or []
    if not tensors:
        return default, "float32"
    if len(tensors) > 1:
        raise ModelError(f"The model has {len(tensors)} {key}; HeAR's encoder has one.")
    (tensor,) = tensors
    shape = [int(part) for part in tensor["shape"]]
    if shape[-1] != size or len(shape) > 2 or tensor["datatype"] not in types:
        raise ModelError(
            f"The model's {key} are {tensor['datatype']} {shape}; HeAR's are FP32 [-1, {size}]."
        )
    return str(tensor["name"]), types[tensor["datatype"]]


def _age(version: str) -> tuple[int, str]:
    return (int(version), "") if version.isdecimal() else (-1, version)
