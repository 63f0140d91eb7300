"""What a SavedModel says of itself, read from its protobuf before anything is loaded or run.

Only the few fields that decide are read, by their numbers in TensorFlow's `saved_model.proto`,
`meta_graph.proto`, `function.proto` and `node_def.proto`; so no TensorFlow is needed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from ...config.errors import ModelError

SIGNATURE = "serving_default"
_LARGEST_BYTES = 1 << 31
"""Protobuf itself allows no more."""
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_Value: TypeAlias = int | memoryview
Shape: TypeAlias = tuple[int | None, ...]
"""None: any size."""


class _DamagedError(ValueError):
    """These bytes are no protobuf."""


@dataclass(frozen=True, slots=True)
class SavedModelFacts:
    """Enough to choose a device and to refuse what is not ours."""

    inputs: Mapping[str, Shape | None]
    """Of the signature `serving_default`, by name; None: a shape that is not told."""
    outputs: Mapping[str, Shape | None]
    platforms: frozenset[str]
    """What precompiled parts run on, such as CPU; empty: there are none, so anything does."""
    call_version: int
    """The highest of XlaCallModule; 0: there is none."""
    tensorflow: str
    """The version that wrote it; may be empty."""


def read_saved_model(folder: Path) -> SavedModelFacts:
    """Read `saved_model.pb` in `folder`.

    Raises ModelError where it is missing, damaged, empty or without the signature.
    """
    path = folder / "saved_model.pb"
    try:
        content = path.read_bytes()
    except OSError as exc:
        raise ModelError(f"{path}: cannot be read ({exc.strerror}).") from exc
    try:
        graphs = [value for number, value in _fields(memoryview(content)) if number == 2]
        if not graphs:
            raise ModelError(f"{path}: is empty: fetch the model again.")
        return _facts(_bytes(graphs[0]), folder)
    except (_DamagedError, UnicodeDecodeError) as exc:
        raise ModelError(f"{path}: is truncated or damaged: fetch the model again.") from exc


def _facts(meta_graph: memoryview, folder: Path) -> SavedModelFacts:
    platforms: set[str] = set()
    call_version = 0
    signature: memoryview | None = None
    tensorflow = ""
    for number, value in _fields(meta_graph):
        if number == 1:
            tensorflow = next((_text(v) for n, v in _fields(_bytes(value)) if n == 5), "")
        elif number == 2:
            for called_on, version in _xla_calls(_bytes(value)):
                platforms |= called_on
                call_version = max(call_version, version)
        elif number == 5:
            name, body = _entry(_bytes(value))
            if name == SIGNATURE:
                signature = body
    if signature is None:
        raise ModelError(f"{folder}: has no signature {SIGNATURE}: this is not one of HeAR's.")
    inputs = dict(_tensor(_bytes(value)) for n, value in _fields(signature) if n == 1)
    outputs = dict(_tensor(_bytes(value)) for n, value in _fields(signature) if n == 2)
    return SavedModelFacts(inputs, outputs, frozenset(platforms), call_version, tensorflow)


def _xla_calls(graph: memoryview) -> Iterator[tuple[set[str], int]]:
    """Platforms and version of each XlaCallModule, in the graph itself and in its functions."""
    for number, value in _fields(graph):
        if number == 1:
            yield from _xla_call(_bytes(value))
        elif number == 2:
            for library_number, function in _fields(_bytes(value)):
                if library_number == 1:
                    for function_number, node in _fields(_bytes(function)):
                        if function_number == 3:
                            yield from _xla_call(_bytes(node))


def _xla_call(node: memoryview) -> Iterator[tuple[set[str], int]]:
    fields = list(_fields(node))
    if not any(number == 2 and _text(value) == "XlaCallModule" for number, value in fields):
        return
    platforms: set[str] = set()
    version = 0
    for number, value in fields:
        if number != 5:
            continue
        name, attribute = _entry(_bytes(value))
        if name == "platforms":
            lists = [_bytes(v) for n, v in _fields(attribute) if n == 1]
            platforms |= {_text(v) for each in lists for n, v in _fields(each) if n == 2}
        elif name == "version":
            version = next((_int(v) for n, v in _fields(attribute) if n == 3), 0)
    yield platforms, version


def _tensor(entry: memoryview) -> tuple[str, Shape | None]:
    name, info = _entry(entry)
    for number, value in _fields(info):
        if number == 3:
            return name, _shape(_bytes(value))
    return name, ()


def _shape(shape: memoryview) -> Shape | None:
    sizes: list[int | None] = []
    for number, value in _fields(shape):
        if number == 3 and value:
            return None
        if number == 2:
            size = next((_int(v) for n, v in _fields(_bytes(value)) if n == 1), 0)
            # Negative numbers are written as 64 bits: -1 stands for any size.
            sizes.append(None if size >= 1 << 63 else size)
    return tuple(sizes)


def _entry(entry: memoryview) -> tuple[str, memoryview]:
    """Key and value of one entry of a map."""
    fields = dict(_fields(entry))
    return _text(fields.get(1, memoryview(b""))), _bytes(fields.get(2, memoryview(b"")))


def _fields(message: memoryview) -> Iterator[tuple[int, _Value]]:
    """Every field of a protobuf message: its number, and its integer or bytes."""
    at = 0
    while at < len(message):
        tag, at = _varint(message, at)
        kind = tag & 7
        if kind == _VARINT:
            integer, at = _varint(message, at)
            yield tag >> 3, integer
            continue
        if kind == _BYTES:
            size, at = _varint(message, at)
        elif kind in (_FIXED64, _FIXED32):
            size = 8 if kind == _FIXED64 else 4
        else:
            raise _DamagedError
        if size > min(len(message) - at, _LARGEST_BYTES):
            raise _DamagedError
        yield tag >> 3, message[at : at + size]
        at += size


def _varint(message: memoryview, at: int) -> tuple[int, int]:
    value = shift = 0
    while at < len(message) and shift < 70:
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7
    raise _DamagedError


def _int(value: _Value) -> int:
    if not isinstance(value, int):
        raise _DamagedError
    return value


def _bytes(value: _Value) -> memoryview:
    if isinstance(value, int):
        raise _DamagedError
    return value


def _text(value: _Value) -> str:
    return bytes(_bytes(value)).decode()
