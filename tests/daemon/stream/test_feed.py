from __future__ import annotations

import time
from pathlib import Path

from coughd.daemon.stream.feed import StreamFeed

from .fakes import FakeOutbox, durable, heartbeat, serving, start_message


def test_what_its_user_leaves_waiting_gives_way_to_newer_and_is_counted(tmp_path: Path) -> None:
    pass
