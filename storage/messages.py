"""What the outside is told: topic and JSON of every message.

A topic is dots between parts; the last two are site and source (or node). In a part,
everything but ASCII letters, digits and `_ - ~ :` is percent-encoded, the dot included, so
`usb:1-1.2` is sent as `usb:1-1%2E2`, and a subscription can name a source exactly.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

from .event_state import EventState
from .records import EpochEnded, EventReviewed, Origin, SourceChanged

EVENT_SCHEMA = "coughd.event/1"
EPOCH_SCHEMA = "coughd.epoch/1"
SOURCE_SCHEMA = "coughd.source/1"
REVIEW_SCHEMA = "coughd.review/1"
HEALTH_SCHEMA = "coughd.health/1"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Message:
    """What goes over the wire: `[topic, body]`."""

    topic: str
    body: str
    """JSON on one line."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who tells: this run, and the store that it writes."""

    origin: Origin
    store_id: str


@dataclass(frozen=True, slots=True)
class Source:
    """A source as messages name it."""

    source_id: str
    name: str


def topic_part(text: str) -> str:
    """Escape one part of a topic; `urllib.parse.unquote` reads it back."""
    return quote(text, safe=":").replace(".", "%2E")


def rfc3339(utc_us: int) -> str:
    """Write whole microseconds since 1970 as `2026-11-21T08:24:00.000000Z`."""
    moment = _EPOCH + timedelta(microseconds=utc_us)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def event_message(
    sender: Sender, seq: int, source: Source, event: EventState, embedder: str | None
) -> Message:
    """Tell the full state of an event: phase `end`, `cancel` or `update`."""
    origin = sender.origin
    model = {"embedder": embedder, "probe": event.probe, "probe_sha256": event.probe_sha256}
    return _message(
        f"cough.event.{event.phase}",
        source.source_id,
        origin.site,
        {
            **_head(EVENT_SCHEMA, sender, seq),
            "event_id": event.event_id,
            "phase": event.phase,
            "revision": event.revision,
            **_place(origin, source),
            "label": event.label,
            "counted": event.counted,
            "reason": event.reason,
            "onset": rfc3339(event.onset_us),
            "offset": rfc3339(event.offset_us),
            "onset_sample": event.onset_sample,
            "timezone": event.timezone,
            "probability": event.probability,
            "scores": json.loads(event.scores),
            "threshold": event.threshold,
            "gate_score": event.gate_score,
            "scored_by": event.scored_by,
            "window": event.window,
            "level_dbfs": event.level_dbfs,
            "snr_db": event.snr_db,
            "epoch_id": event.epoch_id,
            "model": None if embedder is None and event.probe is None else model,
            "config_sha256": event.config_sha256,
            "recorded_at": rfc3339(event.recorded_us),
            "clip": None,
        },
    )


def start_message(
    sender: Sender,
    source: Source,
    *,
    event_id: str,
    onset_us: int,
    onset_sample: int,
    gate_score: float,
    utc_us: int,
) -> Message:
    """Tell lights and screens that a cough seems to have begun; ephemeral, never replayed."""
    origin = sender.origin
    return _message(
        "cough.event.start",
        source.source_id,
        origin.site,
        {
            **_head(EVENT_SCHEMA, sender, None),
            "event_id": event_id,
            "phase": "start",
            "revision": 0,
            **_place(origin, source),
            "onset": rfc3339(onset_us),
            "onset_sample": onset_sample,
            "timezone": origin.timezone,
            "gate_score": gate_score,
            "sent_at": rfc3339(utc_us),
        },
    )


def epoch_message(
    sender: Sender, seq: int, source: Source, epoch: EpochEnded, utc_us: int
) -> Message:
    """Tell that an epoch is over; `gap_s` is the pause that ends one."""
    origin = sender.origin
    return _message(
        "cough.epoch.end",
        source.source_id,
        origin.site,
        {
            **_head(EPOCH_SCHEMA, sender, seq),
            "epoch_id": epoch.epoch_id,
            **_place(origin, source),
            "coughs": epoch.coughs,
            "onset": rfc3339(epoch.onset_us),
            "offset": rfc3339(epoch.offset_us),
            "gap_s": epoch.gap_s,
            "timezone": origin.timezone,
            "recorded_at": rfc3339(utc_us),
        },
    )


def source_message(
    sender: Sender, seq: int, source: Source, change: SourceChanged, utc_us: int
) -> Message:
    """Tell that a source came up, went down or fell silent."""
    origin = sender.origin
    return _message(
        f"source.{change.state}",
        source.source_id,
        origin.site,
        {
            **_head(SOURCE_SCHEMA, sender, seq),
            **_place(origin, source),
            "state": change.state,
            "cause": change.cause,
            "at": rfc3339(change.utc_us),
            "detail": change.detail,
            "recorded_at": rfc3339(utc_us),
        },
    )


def review_message(
    sender: Sender, seq: int, source: Source, review: EventReviewed, event: EventState
) -> Message:
    """Tell what a person said; the event's new state follows as an `update`."""
    origin = sender.origin
    return _message(
        "review.changed",
        source.source_id,
        origin.site,
        {
            **_head(REVIEW_SCHEMA, sender, seq),
            "event_id": event.event_id,
            "revision": event.revision,
            **_place(origin, source),
            "verdict": review.verdict,
            "label": event.label,
            "counted": event.counted,
            "reviewer": review.reviewer,
            "note": review.note,
            "reviewed_at": rfc3339(review.utc_us),
            "recorded_at": rfc3339(event.recorded_us),
        },
    )


def heartbeat_message(sender: Sender, *, oldest_seq: int, last_seq: int, utc_us: int) -> Message:
    """Tell that the daemon lives and which `seq` are kept (both 0: none yet); ephemeral."""
    origin = sender.origin
    return _message(
        "system.health",
        origin.node,
        origin.site,
        {
            **_head(HEALTH_SCHEMA, sender, None),
            "site": origin.site,
            "node": origin.node,
            "oldest_seq": oldest_seq,
            "last_seq": last_seq,
            "sent_at": rfc3339(utc_us),
        },
    )


def _message(kind: str, last: str, site: str, body: dict[str, object]) -> Message:
    return Message(
        f"{kind}.{topic_part(site)}.{topic_part(last)}",
        json.dumps(body, ensure_ascii=False, allow_nan=False, separators=(",", ":")),
    )


def _head(schema: str, sender: Sender, seq: int | None) -> dict[str, object]:
    return {
        "schema": schema,
        "seq": seq,
        "store_id": sender.store_id,
        "boot_id": sender.origin.boot_id,
    }


def _place(origin: Origin, source: Source) -> dict[str, object]:
    return {
        "site": origin.site,
        "node": origin.node,
        "source": {"id": source.source_id, "name": source.name},
    }
