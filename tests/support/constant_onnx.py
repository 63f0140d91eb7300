"""A fake network: an ONNX file that takes any inputs of given shapes and gives constants.

Written field by field (onnx.proto, version 8 of the format), since the package `onnx` comes with
the trainer only.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Mapping, Sequence

from protobuf_bytes import field

_FLOAT = 1


def constant_network(
    takes: Mapping[str, Sequence[int | str]], gives: Mapping[str, Sequence[int | str]]
) -> bytes:
    """The file's bytes; a length that is a word is left open, which only an input's may be."""
    nodes = [
        field(1, field(1, f"{name}_") + field(2, name) + field(4, "Identity")) for name in gives
    ]
    tensors = [field(5, _tensor(f"{name}_", [int(n) for n in gives[name]])) for name in gives]
    inputs = [field(11, _value(name, shape)) for name, shape in takes.items()]
    outputs = [field(12, _value(name, shape)) for name, shape in gives.items()]
    graph = b"".join([*nodes, field(2, "constant"), *tensors, *inputs, *outputs])
    return field(1, 8) + field(7, graph) + field(8, field(1, "") + field(2, 17))


def _tensor(name: str, shape: Sequence[int]) -> bytes:
    dims = b"".join(field(1, length) for length in shape)
    numbers = struct.pack("<f", 0.3) * math.prod(shape)
    return dims + field(2, _FLOAT) + field(8, name) + field(9, numbers)


def _value(name: str, shape: Sequence[int | str]) -> bytes:
    dims = (field(1, field(1 if isinstance(each, int) else 2, each)) for each in shape)
    return field(1, name) + field(2, field(1, field(1, _FLOAT) + field(2, b"".join(dims))))
