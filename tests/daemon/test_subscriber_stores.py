"""A store that is another one, has gone back or has forgotten, as a subscriber is told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from coughd.daemon.stream.items import StoreChanged, Truncated

from .stream.fakes import FakeDaemon
from .subscribed import at_the_end, seqs, take


@pytest.fixture
def daemon(tmp_path: Path) -> FakeDaemon:
    return FakeDaemon(tmp_path)


def test_what_is_no_longer_kept_is_told(daemon: FakeDaemon) -> None:
    for _ in range(9):
        daemon.commit()
    daemon.outbox.prune_below(7)
    with daemon.running(), daemon.listen(since_seq=2, labels=["cough"]) as subscriber:
        first, *rest = take(subscriber, 4)
    assert first == Truncated(oldest_seq=7, asked_since=2)
    assert seqs(rest) == [7, 8, 9]


def test_another_store_is_told(daemon: FakeDaemon, tmp_path: Path) -> None:
    cursor = tmp_path / "cursor.json"
    other = FakeDaemon(tmp_path, store_id="B")
    other.commit()
    other.commit()
    with daemon.listen(cursor_file=cursor, since_seq=0) as subscriber:
        with daemon.running() as publisher:
            daemon.commit(publisher)
            assert seqs(take(subscriber, 1)) == [1]
        with other.running():
            first, *rest = take(subscriber, 3)
            assert first == StoreChanged(before="A", now="B")
            assert seqs(rest) == [1, 2]
            assert at_the_end(subscriber, other)
    assert json.loads(cursor.read_text())["store_id"] == "B"


def test_a_store_that_went_back_under_a_connected_subscriber_is_told(daemon: FakeDaemon) -> None:
    with daemon.listen(since_seq=0) as subscriber:
        with daemon.running() as publisher:
            for _ in range(5):
                daemon.commit(publisher)
            assert seqs(take(subscriber, 5)) == [1, 2, 3, 4, 5]
        daemon.go_back_to(3)
        with daemon.running() as publisher:
            daemon.commit(publisher)
            first, *rest = take(subscriber, 5)
            assert first == StoreChanged(before="A", now="A")
            assert seqs(rest) == [1, 2, 3, 4]


def test_a_store_that_comes_back_with_less_while_the_daemon_runs_is_told(
    daemon: FakeDaemon,
) -> None:
    with daemon.running() as publisher, daemon.listen(since_seq=0) as subscriber:
        assert at_the_end(subscriber, daemon)
        for _ in range(5):
            daemon.commit(publisher)
        assert seqs(take(subscriber, 5)) == [1, 2, 3, 4, 5]
        daemon.go_back_to(2)
        daemon.store_id = "B"
        daemon.commit(publisher)
        first, *rest = take(subscriber, 4)
        assert first == StoreChanged(before="A", now="B")
        assert seqs(rest) == [1, 2, 3]
        assert publisher.counts.last_seq == 3
        assert at_the_end(subscriber, daemon)
