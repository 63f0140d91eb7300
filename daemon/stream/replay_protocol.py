"""What is said between a subscriber and the replay socket: one question, one page in answer.

Shared by both ends and free of sockets. The page is a header frame and `count` times a topic
frame and a body frame, the bytes as they are stored. The socket also says how the daemon is: one
frame with the schema `coughd.status/1` asks, and one JSON object of that schema answers.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal

REPLAY_SCHEMA = "coughd.replay/1"
STATUS_SCHEMA = "coughd.status/1"
LONGEST_REQUEST_BYTES = 65_536
END_OF_TIME_SEQ = 2**63 - 1
"""Asked since this, the answer has no messages but says how far the store reaches."""

Status = Literal["ok", "truncated", "error"]


class ReplayProtocolError(ValueError):
    """A frame that breaks the protocol; the text says how."""


@dataclass(frozen=True, slots=True)
class ReplayRequest:
    """Give me at most `limit` messages with a `seq` above `since_seq`."""

    since_seq: int
    limit: int


@dataclass(frozen=True, slots=True)
class ReplayHeader:
    """How the question was answered.

    `truncated`: messages after `since_seq` are no longer kept; none are sent, ask again from
    `oldest_seq - 1`. `error`: see `detail`, ask again later.
    """

    status: Status
    store_id: str
    boot_id: str
    since_seq: int
    oldest_seq: int
    """The first `seq` that can be had."""
    last_seq: int
    """The last `seq` that was committed; 0 in an empty store."""
    count: int
    detail: str


def encode_request(request: ReplayRequest) -> bytes:
    """Write the question."""
    return json.dumps({"schema": REPLAY_SCHEMA, **asdict(request)}).encode()


def parse_request(frames: Sequence[bytes], *, largest_limit: int) -> ReplayRequest:
    """Read a question from anybody; a larger limit is lowered. Raises ReplayProtocolError."""
    if len(frames) != 1:
        raise ReplayProtocolError("a request is one frame")
    frame = frames[0]
    if len(frame) > LONGEST_REQUEST_BYTES:
        raise ReplayProtocolError(f"a request has at most {LONGEST_REQUEST_BYTES} bytes")
    fields = _parse_object(frame)
    since_seq = _whole(fields, "since_seq", least=0)
    limit = _whole(fields, "limit", least=1)
    return ReplayRequest(since_seq=since_seq, limit=min(limit, largest_limit))


def encode_status_request() -> bytes:
    """Ask how the daemon is."""
    return json.dumps({"schema": STATUS_SCHEMA}).encode()


def asks_status(frames: Sequence[bytes]) -> bool:
    """Whether this is that question; anything else is left to `parse_request`."""
    if len(frames) != 1 or len(frames[0]) > LONGEST_REQUEST_BYTES:
        return False
    try:
        return parse_json_object(frames[0]).get("schema") == STATUS_SCHEMA
    except ReplayProtocolError:
        return False


def parse_status(frames: Sequence[bytes]) -> dict[str, object]:
    """Read the answer. Raises ReplayProtocolError."""
    fields = parse_json_object(frames[0])
    if fields.get("schema") != STATUS_SCHEMA:
        raise ReplayProtocolError(f"schema must be {STATUS_SCHEMA!r}")
    return fields


def encode_header(header: ReplayHeader) -> bytes:
    """Write the answer's first frame."""
    return json.dumps({"schema": REPLAY_SCHEMA, **asdict(header)}).encode()


def parse_header(frame: bytes) -> ReplayHeader:
    """Read an answer's first frame. Raises ReplayProtocolError."""
    fields = _parse_object(frame)
    status = fields.get("status")
    if status not in ("ok", "truncated", "error"):  # a set would trip over a list
        raise ReplayProtocolError("status must be ok, truncated or error")
    return ReplayHeader(
        status=status,
        store_id=_text(fields, "store_id"),
        boot_id=_text(fields, "boot_id"),
        since_seq=_whole(fields, "since_seq", least=0),
        oldest_seq=_whole(fields, "oldest_seq", least=0),
        last_seq=_whole(fields, "last_seq", least=0),
        count=_whole(fields, "count", least=0),
        detail=_text(fields, "detail"),
    )


def parse_json_object(raw: bytes | str) -> dict[str, object]:
    """Parse a JSON object from anybody, however deep or odd. Raises ReplayProtocolError."""
    try:
        value = json.loads(raw)
    except (ValueError, RecursionError) as exc:
        raise ReplayProtocolError("the frame is not JSON") from exc
    if not isinstance(value, dict):
        raise ReplayProtocolError("the frame is not a JSON object")
    return value


def _parse_object(frame: bytes) -> dict[str, object]:
    fields = parse_json_object(frame)
    if fields.get("schema") != REPLAY_SCHEMA:
        raise ReplayProtocolError(f"schema must be {REPLAY_SCHEMA!r}")
    return fields


def _whole(fields: dict[str, object], key: str, *, least: int) -> int:
    value = fields.get(key)
    if type(value) is not int or not least <= value <= END_OF_TIME_SEQ:
        raise ReplayProtocolError(f"{key} must be a whole number from {least}")
    return value


def _text(fields: dict[str, object], key: str) -> str:
    value = fields.get(key)
    if not isinstance(value, str):
        raise ReplayProtocolError(f"{key} must be a string")
    return value
