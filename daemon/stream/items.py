"""What a subscriber hands to its user, and which of it the user wants."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from .replay_protocol import END_OF_TIME_SEQ, ReplayProtocolError, parse_json_object


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the durable messages of one store: all up to `seq` are behind."""

    store_id: str
    seq: int


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it was sent."""

    topic: str
    seq: int | None
    """Ascending within a store; None for an ephemeral message."""
    body: dict[str, object]
    """The parsed JSON; treat as read-only."""
    raw: str
    """The JSON as it is stored and sent."""

    @property
    def store_id(self) -> str:
        """The store in which it was told first; one restored from a backup of it keeps it so."""
        return str(self.body.get("store_id", ""))

    @property
    def boot_id(self) -> str:
        """The run of the daemon that told it first."""
        return str(self.body.get("boot_id", ""))

    @property
    def source_id(self) -> str | None:
        """The source that it is about, if any."""
        source = self.body.get("source")
        return str(source["id"]) if isinstance(source, dict) and "id" in source else None

    @property
    def label(self) -> str | None:
        """What it was taken for, if it is about an event."""
        label = self.body.get("label")
        return label if isinstance(label, str) else None


@dataclass(frozen=True, slots=True)
class StoreChanged:
    """The daemon now has another store: a restored backup or a new data folder.

    Messages of the new store follow from its oldest; those that both stores hold come again, with
    the same `event_id`. `before` equals `now` where the same store went back to an earlier state.
    """

    before: str
    now: str


@dataclass(frozen=True, slots=True)
class Truncated:
    """Messages after `asked_since` and before `oldest_seq` are no longer kept: they are missed."""

    oldest_seq: int
    asked_since: int


Item: TypeAlias = Message | StoreChanged | Truncated


def parse_message(frames: Sequence[bytes]) -> Message:
    """Read `[topic, json]`. Raises ReplayProtocolError for anything else."""
    if len(frames) != 2:
        raise ReplayProtocolError("a message is a topic and a body")
    try:
        topic, raw = (frame.decode() for frame in frames)
    except UnicodeDecodeError as exc:
        raise ReplayProtocolError("a message is UTF-8") from exc
    body = parse_json_object(raw)
    seq = body.get("seq")
    if seq is not None and (type(seq) is not int or not 1 <= seq <= END_OF_TIME_SEQ):
        raise ReplayProtocolError("seq must be null or a whole number from 1")
    return Message(topic=topic, seq=seq, body=body, raw=raw)


def selector(
    topics: Collection[str] = (), sources: Collection[str] = (), labels: Collection[str] = ()
) -> Callable[[Message], bool]:
    """Want the messages that match one of each; what is left empty matches all.

    Parameters
    ----------
    topics
        Whole leading parts: `cough.event` wants `cough.event.end.home.mic`, `cough.ev` does not.
    sources, labels
        Source ids, event labels; a message without the field does not match.
    """
    prefixes = tuple(f"{topic}." for topic in topics)

    def wanted(message: Message) -> bool:
        return (
            (not prefixes or f"{message.topic}.".startswith(prefixes))
            and (not sources or message.source_id in sources)
            and (not labels or message.label in labels)
        )

    return wanted
