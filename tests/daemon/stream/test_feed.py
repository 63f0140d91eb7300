from __future__ import annotations

import time
from pathlib import Path

from coughd.daemon.stream.feed import StreamFeed

from .fakes import FakeDaemon, start_message

PATIENCE_S = 10.0


def test_what_its_user_leaves_waiting_gives_way_to_newer_and_is_counted(tmp_path: Path) -> None:
    daemon = FakeDaemon(tmp_path)
    addresses = (daemon.publish_address, daemon.replay_address)
    feed = StreamFeed(*addresses, (None, None), ephemeral=True, clock=time.monotonic, capacity=2)
    try:
        with daemon.running() as publisher:
            while not feed.was_heard:
                feed.listen(PATIENCE_S)
            for number in range(5):
                publisher.publish_ephemeral(start_message(f"event-{number}"))
            deadline_s = time.monotonic() + PATIENCE_S
            while not feed.extras or feed.extras[-1].body.get("event_id") != "event-4":
                assert time.monotonic() < deadline_s
                feed.listen(0.1)
                waiting = len(feed.extras)
                dropped = feed.counts.dropped_ephemeral
            assert (waiting, len(feed.extras)) == (2, 2)
            assert dropped >= 3
    finally:
        feed.close()
