"""What daemon and embedder process say to each other over their socket pair.

A frame is `MAGIC`, two lengths (uint32, big-endian), a JSON header in UTF-8, and the bytes of one
float32 array (little-endian, row by row; possibly none). Nothing received is ever executed or
unpickled, and nothing larger than the bounds below is ever kept.
"""

from __future__ import annotations

import json
import struct
from dataclasses import asdict, dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ...config.errors import CoughdError
from ..ports import EMBEDDING_SIZE, WINDOW_SAMPLES, EmbedderIdentity
from .kinds import DETECTOR_LABELS

MAGIC = b"CGH1"
MAX_HEADER_BYTES = 65_536
MAX_ROWS = 1_024
"""As many as the configuration allows in a batch."""
MAX_ARRAY_BYTES = MAX_ROWS * WINDOW_SAMPLES * 4

_PREFIX = struct.Struct(">4sII")
_DTYPE = "<f4"


class ProtocolError(CoughdError):
    """The other side sent something that is not a frame of ours: end that process."""


@dataclass(frozen=True, slots=True)
class Hello:
    """Child to daemon: loaded, warmed and tested; batches may come."""

    identity: EmbedderIdentity


@dataclass(frozen=True, slots=True)
class LoadFailed:
    """Child to daemon: the model cannot be used; the child ends."""

    sentence: str


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Daemon to child: windows [shape=(1..MAX_ROWS, 32000), range -1..1]."""

    number: int
    windows: NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class BatchDone:
    """Child to daemon: embeddings [shape=(rows of the batch, 512)], in the batch's order.

    The event detectors answer with scores [shape=(rows of the batch, 8)] in their place.
    """

    number: int
    embeddings: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class BatchFailed:
    """Child to daemon: this batch has no embeddings; the child goes on."""

    number: int
    sentence: str


Message: TypeAlias = Hello | LoadFailed | Batch | BatchDone | BatchFailed


def encode(message: Message) -> bytes:
    """Return the frame of `message`."""
    match message:
        case Hello(identity):
            return _frame({"kind": "hello", "identity": asdict(identity)})
        case LoadFailed(sentence):
            return _frame({"kind": "load_failed", "sentence": sentence})
        case Batch(number, windows):
            return _frame({"kind": "batch", "number": number}, windows)
        case BatchDone(number, embeddings):
            return _frame({"kind": "batch_done", "number": number}, embeddings)
        case BatchFailed(number, sentence):
            return _frame({"kind": "batch_failed", "number": number, "sentence": sentence})


def _frame(header: dict[str, object], array: NDArray[np.float32] | None = None) -> bytes:
    payload = b""
    if array is not None:
        header = {**header, "shape": list(array.shape), "dtype": _DTYPE}
        payload = array.astype(_DTYPE, copy=False).tobytes()
    head = json.dumps(header).encode()
    return _PREFIX.pack(MAGIC, len(head), len(payload)) + head + payload


class FrameReader:
    """Turns received bytes, however they are cut, into messages; keeps at most one open frame."""

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> list[Message]:
        """Return the messages that `data` completes.

        Raises ProtocolError at the first byte that cannot belong to a frame; the reader is of no
        use after that.
        """
        self._buffer += data
        messages: list[Message] = []
        while len(self._buffer) >= _PREFIX.size:
            magic, header_bytes, array_bytes = _PREFIX.unpack_from(self._buffer)
            if magic != MAGIC:
                raise ProtocolError(f"A frame must begin with {MAGIC!r}, got {magic!r}.")
            if header_bytes > MAX_HEADER_BYTES or array_bytes > MAX_ARRAY_BYTES:
                raise ProtocolError(
                    f"A frame claims a header of {header_bytes} and an array of {array_bytes} "
                    f"bytes; at most {MAX_HEADER_BYTES} and {MAX_ARRAY_BYTES} are allowed."
                )
            array_start = _PREFIX.size + header_bytes
            end = array_start + array_bytes
            if len(self._buffer) < end:
                break
            header = bytes(self._buffer[_PREFIX.size : array_start])
            array = bytes(self._buffer[array_start:end])
            del self._buffer[:end]
            messages.append(_decode(header, array))
        return messages


def _decode(header: bytes, array: bytes) -> Message:
    try:
        fields = json.loads(header)
    except (ValueError, RecursionError) as exc:
        raise ProtocolError(f"A frame's header is not JSON: {header[:80]!r}.") from exc
    match fields:
        case {"kind": "hello", "identity": dict(identity)} if not array:
            return Hello(_identity(identity))
        case {"kind": "load_failed", "sentence": str(sentence)} if not array:
            return LoadFailed(sentence)
        case {"kind": "batch", "number": int(number)}:
            return Batch(number, _rows(fields, array, (WINDOW_SAMPLES,)))
        case {"kind": "batch_done", "number": int(number)}:
            return BatchDone(number, _rows(fields, array, (EMBEDDING_SIZE, len(DETECTOR_LABELS))))
        case {"kind": "batch_failed", "number": int(number), "sentence": str(sentence)} if (
            not array
        ):
            return BatchFailed(number, sentence)
    raise ProtocolError(f"A frame's header is not of a known kind: {header[:80]!r}.")


def _identity(fields: dict[str, object]) -> EmbedderIdentity:
    names = EmbedderIdentity.__slots__
    if set(fields) != set(names) or not all(isinstance(value, str) for value in fields.values()):
        raise ProtocolError(f"A hello must have the texts {', '.join(names)}, got {fields!r:.80}.")
    return EmbedderIdentity(**{name: str(fields[name]) for name in names})


def _rows(fields: dict[str, object], array: bytes, allowed: tuple[int, ...]) -> NDArray[np.float32]:
    match fields:
        case {"shape": [int(rows), int(columns)], "dtype": "<f4"} if (
            columns in allowed and 1 <= rows <= MAX_ROWS and len(array) == 4 * rows * columns
        ):
            return np.frombuffer(array, _DTYPE).reshape(rows, columns).astype(np.float32)
    columns_said = " or ".join(map(str, allowed))
    raise ProtocolError(
        f"An array of {len(array)} bytes with shape {fields.get('shape')!r:.40} and type "
        f"{fields.get('dtype')!r:.40} is not float32 [1..{MAX_ROWS}, {columns_said}]."
    )
