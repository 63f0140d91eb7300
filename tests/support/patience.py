"""Waiting for what another thread or process does, without guessing how long that takes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

PATIENCE_S = 120.0
"""A busy machine may need that; who waits in vain has found a defect."""
_LOOK_EVERY_S = 0.01


def until(happens: Callable[[], object], patience_s: float = PATIENCE_S) -> None:
    """Return as soon as it has happened; fail where it never does."""
    deadline_s = time.monotonic() + patience_s
    while not happens():
        assert time.monotonic() < deadline_s, "it did not happen"
        threading.Event().wait(_LOOK_EVERY_S)
