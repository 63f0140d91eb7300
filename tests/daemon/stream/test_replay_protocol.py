from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coughd.daemon.stream.replay_protocol import (
    ReplayHeader,
    ReplayProtocolError,
    ReplayRequest,
    encode_header,
    encode_request,
    parse_header,
    parse_request,
)

SEQS = st.integers(0, 2**63 - 1)


@given(since_seq=SEQS, limit=st.integers(1, 2**62))
def test_a_request_is_read_as_written(since_seq: int, limit: int) -> None:
    frame = encode_request(ReplayRequest(since_seq, limit))
    assert parse_request([frame], largest_limit=100) == ReplayRequest(since_seq, min(limit, 100))


@given(
    header=st.builds(
        ReplayHeader,
        status=st.sampled_from(["ok", "truncated", "error"]),
        store_id=st.text(),
        boot_id=st.text(),
        since_seq=SEQS,
        oldest_seq=SEQS,
        last_seq=SEQS,
        count=SEQS,
        detail=st.text(),
    )
)
def test_a_header_is_read_as_written(header: ReplayHeader) -> None:
    assert parse_header(encode_header(header)) == header


@pytest.mark.parametrize(
    "frame",
    [
        b'{"schema":"coughd.replay/1"}',
        b'{"schema":"coughd.replay/1","status":"fine"}',
        b'{"schema":"coughd.replay/1","status":"ok","store_id":7}',
        b'{"schema":"coughd.replay/1","status":["ok"]}',
        b"null",
    ],
)
def test_an_odd_header_is_a_protocol_error(frame: bytes) -> None:
    with pytest.raises(ReplayProtocolError):
        parse_header(frame)


@given(frame=st.binary(max_size=300))
def test_any_bytes_are_a_protocol_error(frame: bytes) -> None:
    for parse in (parse_header, lambda raw: parse_request([raw], largest_limit=10)):
        with pytest.raises(ReplayProtocolError):
            parse(frame)
