"""Any frames from anybody, to either end of the stream: refused with a word, or taken whole."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from coughd.daemon.stream.items import Message, parse_message, selector
from coughd.daemon.stream.merge import StreamMerge
from coughd.daemon.stream.replay import ReplayServer
from coughd.daemon.stream.replay_protocol import (
    END_OF_TIME_SEQ,
    ReplayHeader,
    ReplayProtocolError,
    encode_header,
    parse_header,
    parse_request,
    parse_status,
)
from coughd.storage.records import OutboxRow

from .mutations import altered, fuzzed, json_values, mutated, told


def _row(seq: int) -> OutboxRow:
    body = {
        "schema": "coughd.event/1", "seq": seq, "store_id": "A", "boot_id": "boot",
        "event_id": f"event-{seq}", "phase": "end", "source": {"id": "mic", "name": "Bedroom"},
        "label": "cough",
    }  # fmt: skip
    return OutboxRow(seq, "cough.event.end.home.mic", json.dumps(body))


@dataclass(frozen=True)
class _Page:
    status: str
    oldest_seq: int
    last_seq: int
    rows: Sequence[OutboxRow]


class _FakeOutbox:
    """Two messages, whatever is asked."""

    def page(self, since_seq: int, limit: int) -> _Page:
        return _Page("ok", 1, 2, [_row(1), _row(2)][:limit])


_ROW = _row(7)
_BODY: dict[str, object] = json.loads(_ROW.body)
_REQUEST: dict[str, object] = {"schema": "coughd.replay/1", "since_seq": 3, "limit": 5}
_HEADER = encode_header(ReplayHeader("ok", "A", "boot", 3, 1, 7, 1, ""))
_REQUEST_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "schema": {"const": "coughd.replay/1"},
        "since_seq": {"type": "integer", "minimum": 0, "maximum": END_OF_TIME_SEQ},
        "limit": {"type": "integer", "minimum": 1, "maximum": END_OF_TIME_SEQ},
    },
    "required": ["schema", "since_seq", "limit"],
}
_VALIDATOR = Draft202012Validator(_REQUEST_SCHEMA)


def _use(message: Message) -> None:
    """Everything a subscriber does with a message before its user sees it."""
    assert isinstance(message.store_id, str)
    wanted = selector({"cough.event"}, {"mic"}, {"cough"})
    assert isinstance(wanted(message), bool)
    merge = StreamMerge(store_id="A", seq=0)
    merge.answer(parse_header(_HEADER.replace(b'"since_seq": 3', b'"since_seq": 0')), [message])
    if message.seq is not None:
        merge.live(message)


@fuzzed
@given(mutated(_ROW.topic.encode()), mutated(_ROW.body.encode()))
def test_messages_as_bytes(topic: bytes, body: bytes) -> None:
    try:
        message = parse_message([topic, body])
    except ReplayProtocolError:
        return
    _use(message)


@fuzzed
@given(altered(_BODY))
def test_messages_as_objects(body: dict[str, object]) -> None:
    try:
        message = parse_message([b"cough.event.end.home.mic", json.dumps(body).encode()])
    except ReplayProtocolError:
        return
    _use(message)


@fuzzed
@given(st.lists(mutated(json.dumps(_REQUEST).encode()), max_size=3))
def test_the_replay_answers_whatever_it_is_asked(frames: list[bytes]) -> None:
    server = ReplayServer(
        "ipc:///nowhere", outbox=_FakeOutbox(), store_id=lambda: "A", boot_id="boot",
        status=lambda: '{"schema": "coughd.status/1"}',
    )  # fmt: skip
    header, *pages = server._answer(frames)
    if b"coughd.status/1" not in header:
        assert len(pages) == 2 * parse_header(header).count


@fuzzed
@given(altered(_REQUEST) | json_values)
def test_a_question_is_taken_exactly_where_its_schema_says_so(question: object) -> None:
    try:
        taken = parse_request([json.dumps(question).encode()], largest_limit=10)
    except ReplayProtocolError:
        assert not _VALIDATOR.is_valid(question) or _has_whole_floats(question)
    else:
        assert _VALIDATOR.is_valid(question)
        assert taken.limit <= 10


def _has_whole_floats(question: object) -> bool:
    """JSON Schema takes 3.0 for an integer; we do not."""
    return isinstance(question, dict) and any(isinstance(each, float) for each in question.values())


@fuzzed
@given(mutated(_HEADER))
def test_headers_and_states_of_a_false_daemon(frame: bytes) -> None:
    for parse in (parse_header, lambda raw: parse_status([raw])):
        try:
            parse(frame)
        except ReplayProtocolError as exc:
            told(exc)


@pytest.mark.parametrize("label", [["cough"], {"a": 1}])
def test_a_label_that_is_none_is_not_wanted(label: object) -> None:
    """Found here: a label that cannot be hashed broke a subscriber that wanted some labels."""
    message = parse_message(
        [b"cough.event.end.home.mic", json.dumps({**_BODY, "label": label}).encode()]
    )
    assert not selector(labels={"cough"})(message)
