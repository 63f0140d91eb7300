"""Serves one source as the daemon's loop does."""

from __future__ import annotations

import selectors
import time
from collections.abc import Callable

from coughd.daemon.sources.ports import Block, Item, Source

_PATIENCE_S = 120.0


def listen(source: Source, enough: Callable[[list[Item]], bool]) -> list[Item]:
    """Poll until `enough` of what it told has come; fails after two minutes."""
    items: list[Item] = []
    deadline_s = time.monotonic() + _PATIENCE_S
    while not enough(items):
        told = [item for item in items if not isinstance(item, Block)]
        assert time.monotonic() < deadline_s, f"only {told} and {len(items) - len(told)} blocks"
        due_s = source.next_due_s()
        assert due_s is not None
        with selectors.DefaultSelector() as selector:
            if (descriptor := source.fileno()) is not None:
                selector.register(descriptor, selectors.EVENT_READ)
            selector.select(max(0.0, min(due_s - time.monotonic(), 1.0)))
        items.extend(source.poll(time.monotonic()))
    return items
