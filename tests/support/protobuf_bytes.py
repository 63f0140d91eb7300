"""SavedModel protobufs written by hand, for tests without TensorFlow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

Shape = Sequence[int]
"""-1 stands for any size."""


def varint(value: int) -> bytes:
    value &= (1 << 64) - 1
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def field(number: int, value: bytes | str | int) -> bytes:
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    content = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(content)) + content


def entry(number: int, key: str, value: bytes) -> bytes:
    return field(number, field(1, key) + field(2, value))


def tensor(shape: Shape) -> bytes:
    dims = b"".join(field(2, field(1, size)) for size in shape)
    return field(1, "placeholder:0") + field(2, 1) + field(3, dims)


def xla_call(platforms: Sequence[str], version: int) -> bytes:
    names = b"".join(field(2, name) for name in platforms)
    attributes = entry(5, "platforms", field(1, names)) + entry(5, "version", field(3, version))
    return field(1, "call") + field(2, "XlaCallModule") + attributes


def saved_model(
    inputs: Mapping[str, Shape],
    outputs: Mapping[str, Shape],
    *,
    signature: str = "serving_default",
    calls: Sequence[bytes] = (),
) -> bytes:
    """A SavedModel with one signature, and with `calls` in a function of its library."""
    function = b"".join(field(3, call) for call in calls)
    other = field(1, "x") + field(2, "Placeholder") + entry(5, "dtype", field(6, 1))
    graph = field(1, other) + field(2, field(1, function))
    body = b"".join(entry(1, name, tensor(shape)) for name, shape in inputs.items())
    body += b"".join(entry(2, name, tensor(shape)) for name, shape in outputs.items())
    written_by = field(1, field(5, "2.18.0"))
    return field(1, 1) + field(2, written_by + field(2, graph) + entry(5, signature, body))


ENCODER = saved_model({"x": (-1, 32_000)}, {"output_0": (-1, 512)})
DETECTOR = saved_model({"audio_wav": (1, 32_000)}, {"mobilenetv3_small_model": (-1, 8)})
SCORES_DETECTOR = saved_model(
    {"x": (-1, 32_000)}, {"scores": (-1, 8), "spectrogram": (-1, 200, 48)}
)
