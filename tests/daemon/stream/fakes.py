"""Fakes of the stream: an outbox in memory, and what the daemon would write into it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coughd.config.errors import StorageError
from coughd.daemon.stream.items import Message, parse_message
from coughd.daemon.stream.publisher import Publisher
from coughd.daemon.stream.replay import ReplayServer
from coughd.daemon.subscriber import Subscriber
from coughd.storage.messages import Message as Sent
from coughd.storage.records import OutboxRow


def durable(
    seq: int,
    *,
    store_id: str = "A",
    boot_id: str = "boot",
    source: str = "mic",
    label: str = "cough",
    phase: str = "end",
) -> OutboxRow:
    body = {
        "schema": "coughd.event/1",
        "seq": seq,
        "store_id": store_id,
        "boot_id": boot_id,
        "event_id": f"event-{seq}",
        "phase": phase,
        "source": {"id": source, "name": "Bedroom"},
        "label": label,
    }
    return OutboxRow(seq, f"cough.event.{phase}.home.{source}", json.dumps(body))


def heartbeat(
    last_seq: int, oldest_seq: int, *, store_id: str = "A", boot_id: str = "boot"
) -> Sent:
    body = {
        "schema": "coughd.health/1",
        "seq": None,
        "store_id": store_id,
        "boot_id": boot_id,
        "last_seq": last_seq,
        "oldest_seq": oldest_seq,
    }
    return Sent("system.health.home.node", json.dumps(body))


def start_message(event_id: str) -> Sent:
    body = {"schema": "coughd.event/1", "seq": None, "event_id": event_id, "phase": "start"}
    return Sent("cough.event.start.home.mic", json.dumps(body))


@dataclass(frozen=True)
class FakePage:
    status: str
    oldest_seq: int
    last_seq: int
    rows: Sequence[OutboxRow]


class FakeOutbox:
    """Rows in a list; `fail` makes the next reads fail as a broken disk would."""

    def __init__(self, rows: Sequence[OutboxRow] = ()) -> None:
        self._lock = threading.Lock()
        self._rows = list(rows)
        self._last_seq = rows[-1].seq if rows else 0
        self.fail = False

    def append(self, row: OutboxRow) -> None:
        with self._lock:
            self._rows.append(row)
            self._last_seq = row.seq

    def prune_below(self, seq: int) -> None:
        with self._lock:
            self._rows = [row for row in self._rows if row.seq >= seq]

    def go_back_to(self, seq: int) -> None:
        """As a restored dump of a database server does, or a disk that lied before a power cut."""
        with self._lock:
            self._rows = [row for row in self._rows if row.seq <= seq]
            self._last_seq = seq

    def page(self, since_seq: int, limit: int) -> FakePage:
        with self._lock:
            if self.fail:
                raise StorageError("the disk is gone")
            oldest = self._rows[0].seq if self._rows else self._last_seq + 1
            if since_seq + 1 < oldest:
                return FakePage("truncated", oldest, self._last_seq, ())
            rows = [row for row in self._rows if row.seq > since_seq][:limit]
            return FakePage("ok", oldest, self._last_seq, rows)


def message_of(row: OutboxRow) -> Message:
    return parse_message([row.topic.encode(), row.body.encode()])


class FakeDaemon:
    """The sending half of a daemon over an outbox in memory."""

    def __init__(self, folder: Path, store_id: str = "A") -> None:
        self.publish_address = f"ipc://{folder}/events.sock"
        self.replay_address = f"ipc://{folder}/replay.sock"
        self.store_id = store_id
        self.outbox = FakeOutbox()
        self.last_seq = 0
        self.boots = 0

    @property
    def boot_id(self) -> str:
        return f"boot-{self.boots}"

    @contextmanager
    def running(self, heartbeat_s: float = 0.05) -> Iterator[Publisher]:
        self.boots += 1
        boot_id = self.boot_id
        with (
            Publisher(
                self.publish_address,
                heartbeat=lambda last, oldest: heartbeat(
                    last, oldest, store_id=self.store_id, boot_id=boot_id
                ),
                heartbeat_s=heartbeat_s,
                last_seq=self.last_seq,
                oldest_seq=1,
            ) as publisher,
            ReplayServer(
                self.replay_address,
                outbox=self.outbox,
                store_id=lambda: self.store_id,
                boot_id=boot_id,
            ),
        ):
            yield publisher

    def commit(self, publisher: Publisher | None = None, **fields: Any) -> None:
        """Write a message; without a publisher it is one that the live stream lost."""
        self.last_seq += 1
        row = durable(self.last_seq, store_id=self.store_id, boot_id=self.boot_id, **fields)
        self.outbox.append(row)
        if publisher:
            publisher.publish([row])

    def go_back_to(self, seq: int) -> None:
        self.outbox.go_back_to(seq)
        self.last_seq = seq

    def listen(self, **wants: Any) -> Subscriber:
        return Subscriber(self.publish_address, self.replay_address, **wants)
