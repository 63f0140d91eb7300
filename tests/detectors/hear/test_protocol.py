from __future__ import annotations

import json
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coughd.detectors.hear.protocol import (
    MAGIC,
    MAX_ARRAY_BYTES,
    MAX_HEADER_BYTES,
    MAX_ROWS,
    Batch,
    BatchDone,
    BatchFailed,
    FrameReader,
    Hello,
    LoadFailed,
    Message,
    ProtocolError,
    encode,
)
from coughd.detectors.ports import EmbedderIdentity

IDENTITY = EmbedderIdentity("hear@1234567", "hear", "ab" * 32, "tf 2", "CPU", "float32", "1,4,8")


def frame(header: object, array: bytes = b"") -> bytes:
    head = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack(">4sII", MAGIC, len(head), len(array)) + head + array


def same(one: Message, other: Message) -> bool:
    return encode(one) == encode(other)


numbers = st.integers(0, 2**40)
seeds = st.integers(0, 2**32 - 1)
messages: st.SearchStrategy[Message] = st.one_of(
    st.builds(Hello, st.builds(EmbedderIdentity, *[st.text(max_size=20)] * 7)),
    st.builds(LoadFailed, st.text(max_size=200)),
    st.builds(BatchFailed, numbers, st.text(max_size=200)),
    st.builds(
        lambda number, rows, seed: BatchDone(
            number, np.random.default_rng(seed).standard_normal((rows, 512)).astype(np.float32)
        ),
        numbers,
        st.integers(1, 3),
        seeds,
    ),
    st.builds(
        lambda number, seed: Batch(
            number, np.random.default_rng(seed).standard_normal((1, 32_000)).astype(np.float32)
        ),
        numbers,
        seeds,
    ),
)


@given(st.lists(messages, max_size=4), st.lists(st.integers(1, 50_000), max_size=40))
def test_messages_survive_any_cut(sent: list[Message], cuts: list[int]) -> None:
    stream = b"".join(map(encode, sent))
    reader = FrameReader()
    received: list[Message] = []
    start = 0
    for size in [*cuts, len(stream) + 1]:
        received += reader.feed(stream[start : start + size])
        start += size
    assert len(sent) == len(received)
    assert all(same(one, other) for one, other in zip(sent, received, strict=True))


@given(st.binary(min_size=1, max_size=400))
def test_garbage_is_a_protocol_error_or_waits_for_more(garbage: bytes) -> None:
    try:
        assert FrameReader().feed(garbage) == []
    except ProtocolError as error:
        assert str(error).endswith(".")  # noqa: PT017 (either outcome is right)


keys = st.sampled_from(["kind", "number", "shape", "dtype", "identity"])
json_values = st.recursive(
    st.none() | st.integers() | st.text(), lambda x: st.lists(x) | st.dictionaries(keys, x)
)


@given(json_values)
def test_a_foreign_header_is_a_protocol_error(header: object) -> None:
    with pytest.raises(ProtocolError, match="header is not of a known kind"):
        FrameReader().feed(frame(header))


ROW = np.zeros(512, "<f4").tobytes()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"GET / HTTP/1.1\r\n", "must begin with"),
        (struct.pack(">4sII", MAGIC, MAX_HEADER_BYTES + 1, 0), "header of 65537"),
        (struct.pack(">4sII", MAGIC, 2, MAX_ARRAY_BYTES + 1), "at most"),
        (frame(b"\xff{"), "not JSON"),
        (frame(b"[" * 60_000), "not JSON"),
        (frame({"kind": "hello", "identity": {"name": "x"}}), "must have the texts"),
        (frame({"kind": "hello", "identity": {}}, ROW), "not of a known kind"),
        (frame({"kind": "batch_done", "number": 1}, ROW), "not float32"),
        (frame({"kind": "batch_done", "number": 1, "shape": [1, 512], "dtype": ">f4"}, ROW), "f4"),
        (frame({"kind": "batch_done", "number": 1, "shape": [2, 512], "dtype": "<f4"}, ROW), "2"),
        (frame({"kind": "batch_done", "number": 1, "shape": [0, 512], "dtype": "<f4"}), "0"),
        (frame({"kind": "batch", "number": 1, "shape": [1, 512], "dtype": "<f4"}, ROW), "32000"),
    ],
)
def test_each_breach_has_its_sentence(data: bytes, sentence: str) -> None:
    with pytest.raises(ProtocolError, match=sentence):
        FrameReader().feed(data)


def test_the_largest_answer_fits_and_one_row_more_does_not() -> None:
    largest = BatchDone(1, np.zeros((MAX_ROWS, 512), np.float32))
    (received,) = FrameReader().feed(encode(largest))
    assert same(largest, received)
    with pytest.raises(ProtocolError):
        FrameReader().feed(encode(BatchDone(1, np.zeros((MAX_ROWS + 1, 512), np.float32))))


def test_a_received_array_can_be_written_to() -> None:
    (received,) = FrameReader().feed(encode(BatchDone(1, np.ones((1, 512), np.float32))))
    assert isinstance(received, BatchDone)
    received.embeddings[0, 0] = 5.0
    assert received.embeddings[0, 0] == 5.0
