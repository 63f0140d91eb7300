"""Topics that cannot break and JSON in one order."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from urllib.parse import unquote

from hypothesis import given
from hypothesis import strategies as st

from coughd.storage.messages import (
    Sender,
    Source,
    heartbeat_message,
    rfc3339,
    start_message,
    topic_part,
)
from coughd.storage.store import EventStore

from .facts import EPOCH_US, ORIGIN, event

SENDER = Sender(ORIGIN, "store-1")


@given(st.text())
def test_a_topic_part_has_no_dot_or_space_and_reads_back(text: str) -> None:
    part = topic_part(text)
    assert part.isascii()
    assert not set(part) & set(". \n\0*")
    assert unquote(part) == text


def test_a_plain_name_stays_readable() -> None:
    assert topic_part("usb:1-1.2") == "usb:1-1%2E2"
    assert topic_part("pi-07_b") == "pi-07_b"


@given(st.datetimes(min_value=datetime(1970, 1, 1), max_value=datetime(2200, 1, 1)))  # noqa: DTZ001
def test_times_read_back_to_the_microsecond(moment: datetime) -> None:
    moment = moment.replace(tzinfo=UTC)
    seconds, microseconds = int(moment.timestamp() // 1), moment.microsecond
    text = rfc3339(seconds * 1_000_000 + microseconds)
    assert text.endswith("Z")
    assert datetime.fromisoformat(text) == moment


def test_an_event_has_the_members_of_the_design_in_its_order(store: EventStore) -> None:
    (row,) = store.write([event()])
    assert list(json.loads(row.body)) == [
        "schema",
        "seq",
        "store_id",
        "boot_id",
        "event_id",
        "phase",
        "revision",
        "site",
        "node",
        "source",
        "label",
        "counted",
        "reason",
        "onset",
        "offset",
        "onset_sample",
        "timezone",
        "probability",
        "scores",
        "threshold",
        "gate_score",
        "scored_by",
        "window",
        "level_dbfs",
        "snr_db",
        "epoch_id",
        "model",
        "config_sha256",
        "recorded_at",
        "clip",
    ]
    assert "\n" not in row.body


def test_a_start_has_no_seq_and_no_probability() -> None:
    message = start_message(
        SENDER,
        Source("usb:1-1.2", "Schlafzimmer, groß"),
        event_id="event-1",
        onset_us=EPOCH_US,
        onset_sample=81_920,
        gate_score=0.9,
        utc_us=EPOCH_US + 150_000,
    )
    body = json.loads(message.body)
    assert message.topic == "cough.event.start.home.usb:1-1%2E2"
    assert body["seq"] is None
    assert "probability" not in body
    assert body["source"]["name"] == "Schlafzimmer, groß"
    assert body["sent_at"] == "2027-01-15T08:00:00.150000Z"


def test_a_heartbeat_tells_which_seq_are_kept() -> None:
    message = heartbeat_message(SENDER, oldest_seq=3, last_seq=10_482, utc_us=EPOCH_US)
    body = json.loads(message.body)
    assert message.topic == "system.health.home.pi-07"
    assert (body["seq"], body["oldest_seq"], body["last_seq"]) == (None, 3, 10_482)
    assert (body["store_id"], body["boot_id"]) == ("store-1", "boot-1")
