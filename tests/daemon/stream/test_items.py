from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coughd.daemon.stream.items import Message, parse_message, selector
from coughd.daemon.stream.replay_protocol import ReplayProtocolError

from .fakes import durable, message_of

COUGH = message_of(durable(1, source="usb:1-1.2", label="cough"))
DOOR = Message("source.up.home.mic", 2, {"source": {"id": "mic"}}, "{}")


@pytest.mark.parametrize(
    ("wants", "wanted"),
    [
        ({}, [True, True]),
        ({"topics": ["cough"]}, [True, False]),
        ({"topics": ["cough.event.end", "source"]}, [True, True]),
        ({"topics": ["cough.ev"]}, [False, False]),
        ({"topics": ["source.up.home.mic"]}, [False, True]),
        ({"sources": ["usb:1-1.2"]}, [True, False]),
        ({"sources": ["mic", "other"]}, [False, True]),
        ({"labels": ["cough"]}, [True, False]),
        ({"labels": ["sneeze"]}, [False, False]),
        ({"labels": ["cough"], "sources": ["mic"]}, [False, False]),
    ],
)
def test_a_message_matches_one_of_each_kind(
    wants: dict[str, list[str]], wanted: list[bool]
) -> None:
    assert [selector(**wants)(message) for message in (COUGH, DOOR)] == wanted


@given(frames=st.lists(st.binary(max_size=50), max_size=3))
def test_odd_frames_are_a_protocol_error(frames: list[bytes]) -> None:
    with pytest.raises(ReplayProtocolError):
        parse_message(frames)


@pytest.mark.parametrize("seq", [b"0", b"-1", b"1.0", b'"1"', b"true", b"9223372036854775808"])
def test_an_odd_seq_is_a_protocol_error(seq: bytes) -> None:
    with pytest.raises(ReplayProtocolError):
        parse_message([b"topic", b'{"seq":' + seq + b"}"])


def test_a_message_keeps_its_bytes() -> None:
    row = durable(7)
    assert message_of(row).raw == row.body
    assert message_of(row).seq == 7
