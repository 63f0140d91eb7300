"""A store far beyond its bound is cut down while it is written, read and replayed."""

from __future__ import annotations

import os
from dataclasses import replace
from itertools import islice
from pathlib import Path

from living_daemon import STORE_FILE, LivingDaemon, read, write_config, write_recording

from coughd.daemon.subscriber import Item, Message, Subscriber, Truncated
from coughd.storage.history import History
from coughd.storage.records import Covered, EventFinished
from coughd.storage.upkeep.checkup import check_store_at

from ..storage.facts import SOURCE, covered, event, open_store, seen

OLD_COUGHS = 4_000
FEW = 3_900
"""Events that are left when the test has seen enough of the cutting down."""
AGO_US = 365 * 86_400_000_000


def test_counts_stay_what_they_were_and_whoever_replays_is_told_what_is_gone(
    tmp_path: Path,
) -> None:
    store = tmp_path / "data" / STORE_FILE
    fill(store)
    config = write_config(
        tmp_path,
        write_recording(tmp_path / "room.flac", 1),
        store.parent,
        source={"loop": True},
        waits={"outbox_keep": 1_000},
        retention={"store_mb": 2},
    )
    given: list[Item] = []
    with (
        LivingDaemon(config) as daemon,
        Subscriber(
            f"ipc://{tmp_path}/events.sock", f"ipc://{tmp_path}/replay.sock", since_seq=0
        ) as subscriber,
        History.open(store) as history,
    ):
        daemon.until_written(1)

        def is_cut_down() -> bool:
            take_some(given, subscriber)
            assert history.summary(source_ids=[SOURCE]).coughs == OLD_COUGHS
            return old_events(store) < FEW

        daemon.until("room", is_cut_down)
        daemon.until("a message of now", lambda: heard_now(given, subscriber))
        assert daemon.stop() == os.EX_OK, daemon.log
    assert any(isinstance(item, Truncated) for item in given)
    expected = 1
    for item in given:
        if isinstance(item, Truncated):
            expected = item.oldest_seq
        else:
            assert isinstance(item, Message)
            assert item.seq == expected
            expected += 1
    assert [finding.state for finding in check_store_at(store)] == ["ok"] * 3


def fill(store: Path) -> None:
    with open_store(store) as opened:
        opened.write([seen(), ago(covered(0, OLD_COUGHS))])
        for first in range(0, OLD_COUGHS, 500):
            numbers = range(first, first + 500)
            opened.write([old_cough(number) for number in numbers])


def old_cough(number: int) -> EventFinished:
    cough = event(f"old-{number}", number * 1_000)
    return replace(cough, onset_us=cough.onset_us - AGO_US, offset_us=cough.offset_us - AGO_US)


def ago(heard: Covered) -> Covered:
    return replace(heard, start_us=heard.start_us - AGO_US, end_us=heard.end_us - AGO_US)


def old_events(store: Path) -> int:
    (row,) = read(store, f"SELECT count(*) FROM events WHERE source_id = '{SOURCE}'")
    return int(row[0])


def heard_now(given: list[Item], subscriber: Subscriber) -> bool:
    take_some(given, subscriber)
    return isinstance(given[-1], Message) and given[-1].source_id == "bed"


def take_some(given: list[Item], subscriber: Subscriber) -> None:
    """Take what has come, but no end of it: a looped recording may never pause for so long."""
    given.extend(islice(subscriber.messages(0.05), 1_000))
