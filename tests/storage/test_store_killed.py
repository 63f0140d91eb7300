"""A writer killed at any moment has stored all that it said it had."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from patience import PATIENCE_S

from coughd.storage.outbox import OutboxReader
from coughd.storage.rollup import read_rollup, recompute
from coughd.storage.store import EventStore

from .facts import STRETCH, event, open_store, reading, seen

pytestmark = pytest.mark.sqlite

WRITER = Path(__file__).with_name("killed_writer.py")
ROUNDS = 4
ACKNOWLEDGED_BEFORE_KILL = 25


def killed_round(path: Path, number: int) -> list[int]:
    """Let a writer acknowledge some commits, kill it in the middle of others; what it said."""
    with subprocess.Popen(
        [sys.executable, str(WRITER), str(path), str(number)], stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        acknowledged = [int(writer.stdout.readline()) for _ in range(ACKNOWLEDGED_BEFORE_KILL)]
        writer.send_signal(signal.SIGKILL)
        # What it could still say before it died counts as said; the last line may be cut.
        rest = writer.stdout.read().split("\n")[:-1]
        writer.wait(timeout=PATIENCE_S)
    return acknowledged + [int(line) for line in rest]


def test_every_acknowledged_event_is_there_and_no_number_is_missing(store_path: Path) -> None:
    with open_store(store_path) as store:
        store.write([seen()])
    acknowledged = [seq for number in range(ROUNDS) for seq in killed_round(store_path, number)]
    with OutboxReader.open(store_path) as reader:
        rows = reader.page(0, 1_000_000).rows
    told = [row.seq for row in rows]
    assert told == list(range(1, len(told) + 1))
    assert set(acknowledged) <= set(told)
    # At most one commit per life can have been stored and not said.
    assert len(told) - len(acknowledged) <= ROUNDS
    with open_store(store_path) as store:
        assert {json.loads(row.body)["event_id"] for row in rows} == store.known_event_ids(STRETCH)
        assert_can_go_on(store, len(told))
    with reading(store_path) as connection:
        assert read_rollup(connection) == recompute(connection)
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"


def assert_can_go_on(store: EventStore, last_seq: int) -> None:
    (row,) = store.write([event("after all", 10_000_000)])
    assert row.seq == last_seq + 1
