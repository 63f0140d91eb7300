from __future__ import annotations

import itertools
import time
from pathlib import Path

import pytest

from coughd.config.errors import StorageError
from coughd.daemon.stream.feed import StreamFeed

from .fakes import FakeDaemon, FakePage, start_message

PATIENCE_S = 120.0


def test_what_its_user_leaves_waiting_gives_way_to_newer_and_is_counted(tmp_path: Path) -> None:
    daemon = FakeDaemon(tmp_path)
    addresses = (daemon.publish_address, daemon.replay_address)
    feed = StreamFeed(*addresses, (None, None), ephemeral=True, clock=time.monotonic, capacity=2)
    try:
        # Seldom enough to leave room for what is told between two heartbeats.
        with daemon.running(heartbeat_s=1.0) as publisher:
            while not feed.was_heard:
                feed.listen(PATIENCE_S)
            deadline_s = time.monotonic() + PATIENCE_S
            # The first may be told before all topics are subscribed to, and are lost then.
            for number in itertools.count():
                assert time.monotonic() < deadline_s
                publisher.publish_ephemeral(start_message(f"event-{number}"))
                feed.listen(0.1)
                assert len(feed.extras) <= 2
                # The newest are kept, in their order; one of them may be a heartbeat.
                bodies = [extra.body for extra in feed.extras if "event_id" in extra.body]
                kept = [int(str(body["event_id"])[6:]) for body in bodies]
                if kept and feed.counts.dropped_ephemeral >= 3:
                    break
            assert kept == [*range(kept[0], kept[0] + len(kept))]
    finally:
        feed.close()


def test_what_a_daemon_says_of_its_store_is_one_line_and_steers_no_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: object) -> FakePage:
        raise StorageError("no\x1b[2J\nWARNING somebody else" + 1000 * "!")

    daemon = FakeDaemon(tmp_path)
    monkeypatch.setattr(daemon.outbox, "page", refuse)
    addresses = (daemon.publish_address, daemon.replay_address)
    feed = StreamFeed(*addresses, (None, None), ephemeral=False, clock=time.monotonic)
    try:
        with daemon.running():
            deadline_s = time.monotonic() + PATIENCE_S
            while not feed.counts.failed_replays:
                assert time.monotonic() < deadline_s
                feed.listen(0.1)
    finally:
        feed.close()
    (line,) = caplog.messages
    assert line.startswith("the daemon cannot replay now: no?[2J?WARNING somebody else!")
    assert len(line) < 600
