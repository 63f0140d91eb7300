"""The pipe's frames: cut anywhere they come out whole, and nothing else passes."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coughd.daemon.sources.wire import BrokenWireError, Flag, Frame, FrameReader, Kind, header


def frame(sequence: int, payload: bytes = b"\1\2", kind: Kind = Kind.SOUND) -> Frame:
    return Frame(kind, Flag.OVERFLOW, 1, sequence, 320 * sequence, 1_000_000, payload)


def wire(*frames: Frame) -> bytes:
    return b"".join(header(one) + bytes(one.payload) for one in frames)


@given(
    payloads=st.lists(st.binary(max_size=50), max_size=6),
    cuts=st.lists(st.integers(1, 60), min_size=1, max_size=20),
)
def test_any_cut_gives_the_same_frames(payloads: list[bytes], cuts: list[int]) -> None:
    sent = [frame(sequence, payload) for sequence, payload in enumerate(payloads)]
    rest = wire(*sent)
    reader = FrameReader()
    received: list[Frame] = []
    for cut in [*cuts, len(rest)]:
        received.extend(reader.feed(rest[:cut]))
        rest = rest[cut:]
    assert sent == received


@pytest.mark.parametrize(
    "bad",
    [
        b"x" * 40,
        wire(frame(1)),
        wire(frame(0), frame(2)),
        wire(frame(0)).replace(b"\2\0", b"\x09\0", 1),
        wire(frame(0))[:12] + b"\xff\xff\xff\xff" + wire(frame(0))[16:],
    ],
    ids=["garbage", "first lost", "one lost", "unknown kind", "giant"],
)
def test_what_is_no_frame_of_ours_is_refused(bad: bytes) -> None:
    with pytest.raises(BrokenWireError):
        list(FrameReader().feed(bad))


@given(st.binary(max_size=200))
def test_noise_gives_frames_or_refusal_and_nothing_else(noise: bytes) -> None:
    reader = FrameReader()
    with suppress(BrokenWireError):
        list(reader.feed(wire(frame(0)) + noise))
