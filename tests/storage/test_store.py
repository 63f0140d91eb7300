"""One transaction for everything: all of it or nothing of it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from coughd.config.errors import StorageError
from coughd.storage.outbox import OutboxReader
from coughd.storage.records import AnchorSet, Change, Configured
from coughd.storage.schema import anchors, sources
from coughd.storage.store import EventStore

from .facts import (
    EPOCH_US,
    ORIGIN,
    RATE_HZ,
    SOURCE,
    STRETCH,
    covered,
    event,
    open_store,
    reading,
    seen,
)

ANCHOR = AnchorSet(SOURCE, STRETCH, 0, RATE_HZ, 5_000_000, EPOCH_US, 16_000.5)


@pytest.mark.sqlite
def test_a_full_disk_leaves_the_store_as_it_was_and_a_retry_succeeds(
    store: EventStore, store_path: Path
) -> None:
    many: list[Change] = [event(f"event-{number}", number * 3_000) for number in range(50)]
    pages = store._writing.connection.exec_driver_sql("PRAGMA page_count").scalar_one()
    store._writing.connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 1}")
    store._writing.connection.rollback()
    with pytest.raises(StorageError, match=r"coughd.db: cannot be written: the disk is full; free"):
        store.write(many)
    with OutboxReader.open(store_path) as reader:
        assert reader.bounds() == (0, 0)
    assert store.known_event_ids(STRETCH) == frozenset()

    store._writing.connection.exec_driver_sql("PRAGMA max_page_count=1073741823")
    store._writing.connection.rollback()
    assert [row.seq for row in store.write(many)] == list(range(1, 51))


def test_a_fault_in_the_middle_leaves_nothing_half_written(store: EventStore) -> None:
    with pytest.raises(StorageError):
        store.write([event(), event("event-2", 5_000, source_id="unknown")])
    assert store.known_event_ids(STRETCH) == frozenset()


def test_what_waited_is_stamped_with_the_configuration_that_it_was_heard_by(
    store: EventStore,
) -> None:
    with pytest.raises(StorageError):
        store.write([Configured("never"), event("z", source_id="unknown")])
    told = store.write([event("a"), Configured("changed"), event("b", 5_000)])
    told += store.write([event("c", 9_000)])
    assert ["c0ffee", "changed", "changed"] == [
        json.loads(row.body)["config_sha256"] for row in told
    ]


def test_known_ids_are_those_of_the_stretch(store: EventStore) -> None:
    store.write(
        [
            event("a"),
            event("b", 5_000, counted=False),
            event("c", stretch_id="stretch-2"),
        ]
    )
    assert store.known_event_ids(STRETCH) == {"a", "b"}
    assert store.known_event_ids("stretch-9") == frozenset()


def test_how_far_a_stretch_was_heard(store: EventStore) -> None:
    assert store.heard_until(STRETCH) == (None, None)
    store.write([event("a", 5_000), covered(0, 3), event("b", 9_000), covered(3, 4)])
    store.write([event("c", 90_000, stretch_id="stretch-2")])
    assert store.heard_until(STRETCH) == (event("b", 9_000).onset_sample, 4 * RATE_HZ)


def test_anchors_come_back_in_order_and_the_first_word_stands(store: EventStore) -> None:
    later = replace(ANCHOR, sample=RATE_HZ, utc_us=EPOCH_US + 1_000_000)
    store.write([later, ANCHOR, replace(ANCHOR, utc_us=0)])
    assert store.anchors(STRETCH) == [ANCHOR, later]
    assert store.anchors("stretch-9") == []


def test_anchors_name_the_run_that_set_them(store: EventStore, store_path: Path) -> None:
    store.write([ANCHOR])
    with reading(store_path) as connection:
        assert connection.execute(select(anchors.c.boot_id)).scalar_one() == ORIGIN.boot_id


def test_a_source_seen_again_keeps_its_first_day_and_takes_its_new_name(
    store: EventStore, store_path: Path
) -> None:
    store.write([replace(seen(name="Nursery"), utc_us=EPOCH_US + 7)])
    with reading(store_path) as connection:
        (row,) = connection.execute(select(sources)).all()
    assert (row.name, row.first_seen_us, row.last_seen_us) == ("Nursery", EPOCH_US, EPOCH_US + 7)
    (told,) = store.write([event()])
    assert '"name":"Nursery"' in told.body


def test_a_store_keeps_its_identity_and_its_events(store_path: Path) -> None:
    with open_store(store_path) as store:
        store.write([seen(), event()])
        store_id = store.store_id
    with open_store(store_path) as store:
        assert store.store_id == store_id
        assert store.known_event_ids(STRETCH) == {"event-1"}
        store.close()


@pytest.mark.sqlite
def test_a_second_writer_is_told_who_is_in_the_way(store: EventStore, store_path: Path) -> None:
    with open_store(store_path) as other:
        other._writing.connection.exec_driver_sql("PRAGMA busy_timeout=1")
        other._writing.connection.rollback()
        with (
            store._writing.connection.begin(),
            pytest.raises(StorageError, match="another process is writing to it"),
        ):
            other.write([event()])


def test_nothing_to_write_is_nothing_to_tell(store: EventStore) -> None:
    assert store.write([]) == []
