from __future__ import annotations

import os
import sys
import time
import tracemalloc

import pytest

from coughd.daemon.sources import capture_child
from coughd.daemon.sources.capture_child import CaptureChild, CaptureOrder

ORDER = CaptureOrder("no such device", None, 1, None)
PATIENCE_S = 120.0
TWO_SECONDS_BYTES = 65_536


def test_a_read_takes_little_memory_however_much_the_pipe_may_hold() -> None:
    child = CaptureChild(ORDER)
    tracemalloc.start()
    try:
        while child.read() != b"":
            pass
        _, most_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        child.close()
    assert most_bytes < 200_000


def ended_child(writes: str, monkeypatch: pytest.MonkeyPatch) -> CaptureChild:
    """One that wrote what this expression gives, and has gone."""

    def says(_order: CaptureOrder, pipe: int) -> list[str]:
        return [sys.executable, "-c", f"import os; os.write({pipe}, {writes})"]

    monkeypatch.setattr(capture_child, "_command", says)
    child = CaptureChild(ORDER)
    deadline_s = time.monotonic() + PATIENCE_S
    while not child.is_gone():
        assert time.monotonic() < deadline_s
    return child


@pytest.mark.parametrize("held", [0, 1_320, 65_536, 150_000])
def test_what_has_come_is_given_in_parts_that_a_slow_machine_can_hear_in_time(
    held: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = ended_child(f"bytes({held})", monkeypatch)
    parts = list(iter(child.read, b""))
    assert b"".join(part or b"" for part in parts) == bytes(held)
    assert all(part and len(part) <= TWO_SECONDS_BYTES for part in parts)
    child.close()


def test_a_ctrl_c_in_the_daemons_terminal_does_not_reach_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    child = ended_child("b'%d' % os.getsid(0)", monkeypatch)
    assert int(child.read() or b"0") not in (0, os.getsid(0))
    child.close()
