"""What is special about a database server: one writer, and it may go away and come back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress

import psycopg
import pytest
from postgres import PostgresServer, postgres_server, skip_unless_available
from sqlalchemy.event import listen

from coughd.config.errors import AlreadyRunningError, StorageError
from coughd.daemon.wiring.daemon import PATIENCE_S
from coughd.storage.engine import open_writer
from coughd.storage.faults import storage_faults
from coughd.storage.outbox import OutboxReader
from coughd.storage.place import store_url
from coughd.storage.records import Change, OutboxRow
from coughd.storage.rollup import recompute
from coughd.storage.schema import SCHEMA_VERSION
from coughd.storage.store import EventStore
from coughd.storage.upkeep.checkup import check_store_at

from .facts import covered, event, open_store, reading, seen


@pytest.fixture(scope="module")
def own() -> Iterator[PostgresServer]:
    """A server that a test may harm."""
    skip_unless_available()
    with postgres_server() as server:
        yield server


def test_a_second_writer_is_refused_and_readers_are_not(own: PostgresServer) -> None:
    place = own.new_place()
    with open_store(place) as store:
        store.write([seen(), event()])
        with pytest.raises(AlreadyRunningError, match="another coughd writes this database"):
            open_store(place)
        with OutboxReader.open(place) as reader:
            assert reader.bounds() == (1, 1)
    with open_store(place) as store:
        assert store.known_event_ids("stretch-1") == {"event-1"}


def test_each_schema_is_a_store_of_its_own(own: PostgresServer) -> None:
    with open_store(own.new_place()) as one, open_store(own.new_place()) as other:
        assert one.store_id != other.store_id
        for store in (one, other):
            store.write([seen()])
            assert [row.seq for row in store.write([event()])] == [1]


def test_a_server_that_restarts_costs_a_retry_and_leaves_no_hole(own: PostgresServer) -> None:
    place = own.new_place()
    with open_store(place) as store, OutboxReader.open(place) as reader:
        store.write([seen(), event()])
        own.restart()
        with pytest.raises(StorageError, match="cannot be written"):
            store.write([event("event-2", 5_000)])
        with pytest.raises(AlreadyRunningError):
            # The lock is taken again with the next transaction.
            (store.write([event("event-2", 5_000)]), open_store(place))
        assert [row.seq for row in reader.page(0, 10).rows] == [1, 2]


def test_a_lost_connection_whose_lock_the_server_still_holds_is_waited_for(
    own: PostgresServer,
) -> None:
    place = own.new_place()
    with open_store(place) as store:
        store.write([seen()])
        still_held = open_writer(store_url(place))
        own.restart()
        with still_held.connect():
            with pytest.raises(StorageError, match="cannot be written"):
                store.write([event()])
            for _ in range(2):
                with pytest.raises(StorageError, match="another coughd writes this database"):
                    store.write([event()])
        still_held.dispose()
        assert [row.seq for row in store.write([event()])] == [1]


def test_the_next_writer_is_let_in_before_the_server_notices_that_the_last_has_ended(
    own: PostgresServer,
) -> None:
    place = own.new_place()
    store_ids = []

    def start_next(_connection: object, _record: object) -> None:
        with open_store(place) as store:
            store_ids.append(store.store_id)

    engine = open_writer(store_url(place))
    listen(engine, "close", start_next)
    with engine.connect():
        pass
    engine.dispose()
    assert len(store_ids) == 1


def test_a_server_that_is_away_is_waited_for_by_the_caller(own: PostgresServer) -> None:
    place = own.new_place()
    with open_store(place) as store:
        store.write([seen()])
        own.stop()
        try:
            for _ in range(2):
                with pytest.raises(StorageError) as caught:
                    store.write([event()])
                assert "\n" not in str(caught.value)
            with pytest.raises(StorageError, match="cannot be opened"):
                open_store(place)
        finally:
            own.start()
        assert [row.seq for row in store.write([event()])] == [1]


def test_a_server_that_comes_back_with_less_is_another_store_and_takes_what_comes(
    own: PostgresServer, caplog: pytest.LogCaptureFixture
) -> None:
    place = own.new_place()
    with open_store(place) as store, OutboxReader.open(place) as reader:
        known = store.store_id
        store.write([seen(), event()])
        with own.forgetting():
            insist(store, seen("new"), event("lost", source_id="new"))
        told = insist(store, event("kept", 5_000, source_id="new"))
        assert [row.seq for row in told] == [2]
        assert store.store_id == json.loads(told[0].body)["store_id"] == reader.store_id() != known
        assert "without its last messages (1)" in caplog.text
        told = insist(store, event("next", 9_000))
        assert [row.seq for row in told] == [3]
        assert store.store_id == reader.store_id()


def insist(store: EventStore, *changes: Change) -> list[OutboxRow]:
    """Write as the recorder does; the first try finds the connection gone."""
    with suppress(StorageError):
        return store.write(changes)
    return store.write(changes)


def test_a_server_that_the_network_lost_is_given_up_before_the_watchdog_gives_up(
    own: PostgresServer,
) -> None:
    def parameters(place: str) -> dict[str, str]:
        with reading(place) as connection:
            raw = connection.connection.driver_connection
            assert isinstance(raw, psycopg.Connection)
            return raw.info.get_parameters()

    place = own.new_place()
    open_store(place).close()
    known = parameters(place)
    kept_alive_s = int(known["keepalives_idle"]) + int(known["keepalives_interval"]) * int(
        known["keepalives_count"]
    )
    assert kept_alive_s < PATIENCE_S / 2
    assert int(known["tcp_user_timeout"]) < PATIENCE_S / 2 * 1000
    assert parameters(f"{place}&tcp_user_timeout=7000")["tcp_user_timeout"] == "7000"


def test_all_events_are_summed_without_having_all_of_them_in_memory(own: PostgresServer) -> None:
    place = own.new_place()
    with open_store(place) as store:
        store.write([seen(), event()])
    with reading(place) as connection:
        cursors: list[object] = []
        listen(connection, "before_cursor_execute", lambda _, cursor, *__: cursors.append(cursor))
        recompute(connection)
        assert [isinstance(cursor, psycopg.ServerCursor) for cursor in cursors] == [True, True]


def test_a_reader_cannot_write(own: PostgresServer) -> None:
    place = own.new_place()
    with open_store(place) as store:
        store.write([seen()])
        with (
            pytest.raises(StorageError, match="read-only transaction"),
            storage_faults("trying"),
            reading(place) as connection,
        ):
            connection.exec_driver_sql("DELETE FROM sources")


def test_another_programs_tables_are_left_alone(own: PostgresServer) -> None:
    place = own.new_place()
    engine = open_writer(store_url(place))
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE bookmarks (url TEXT)")
    engine.dispose()
    with pytest.raises(StorageError, match="another program"):
        open_store(place)


def test_one_of_an_older_coughd_is_brought_forward(
    own: PostgresServer, caplog: pytest.LogCaptureFixture
) -> None:
    place = own.new_place()
    with open_store(place) as store:
        store.write([seen(), event(), covered(0, 7_200)])
        known = store.store_id
    engine = open_writer(store_url(place))
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE rollup_hours")
        connection.exec_driver_sql("UPDATE meta SET value = '1' WHERE key = 'schema_version'")
    engine.dispose()
    with open_store(place) as store:
        assert [row.seq for row in store.write([event("event-2", 5_000)])] == [2]
        assert store.store_id == known
        assert {finding.state for finding in check_store_at(place)} == {"ok"}
    assert caplog.text.rstrip().endswith(f"brought from version 1 to {SCHEMA_VERSION}")


def test_it_is_checked_as_a_file_is(own: PostgresServer) -> None:
    place = own.new_place()
    with open_store(place) as store:
        store.write([seen(), event()])
        assert {finding.state for finding in check_store_at(place)} == {"ok"}
