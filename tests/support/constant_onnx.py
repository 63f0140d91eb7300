"""A fake network: an ONNX file that takes any inputs of given shapes and gives constants.

Written by hand, field by field (onnx.proto, version 8 of the format), since the package `onnx`
comes with the trainer only.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

_FLOAT = 1


def constant_network(
    takes: Mapping[str, Sequence[int | str]], gives: Mapping[str, Sequence[int]]
) -> bytes:
    """The file's bytes; a length that is a word is left open."""
    nodes = [_message(1, _text(1, f"{name}_") + _text(2, name) + _text(4, "Identity"))
             for name in gives]  # fmt: skip
    tensors = [_message(5, _tensor(f"{name}_", shape)) for name, shape in gives.items()]
    inputs = [_message(11, _value(name, shape)) for name, shape in takes.items()]
    outputs = [_message(12, _value(name, shape)) for name, shape in gives.items()]
    graph = b"".join([*nodes, _text(2, "constant"), *tensors, *inputs, *outputs])
    opset = _text(1, "") + _number(2, 17)
    return _number(1, 8) + _message(7, graph) + _message(8, opset)


def _tensor(name: str, shape: Sequence[int]) -> bytes:
    count = 1
    for length in shape:
        count *= length
    dims = b"".join(_number(1, length) for length in shape)
    return dims + _number(2, _FLOAT) + _text(8, name) + _message(9, struct.pack("<f", 0.3) * count)


def _value(name: str, shape: Sequence[int | str]) -> bytes:
    dims = (_number(1, each) if isinstance(each, int) else _text(2, each) for each in shape)
    whole = b"".join(_message(1, each) for each in dims)
    return _text(1, name) + _message(2, _message(1, _number(1, _FLOAT) + _message(2, whole)))


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _text(field: int, value: str) -> bytes:
    return _message(field, value.encode())


def _message(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    head = bytearray()
    while value > 127:
        head.append(value & 127 | 128)
        value >>= 7
    return bytes([*head, value])
