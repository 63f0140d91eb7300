from __future__ import annotations

import sys
import time
import tracemalloc

import pytest

from coughd.daemon.sources import capture_child
from coughd.daemon.sources.capture_child import CaptureChild, CaptureOrder

ORDER = CaptureOrder("no such device", None, 1, None)
PATIENCE_S = 120.0


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


@pytest.mark.parametrize("held", [0, 1_320, 65_536, 150_000])
def test_one_read_gives_all_that_has_come_and_the_next_one_the_end(
    held: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def says(_order: CaptureOrder, pipe: int) -> list[str]:
        return [sys.executable, "-c", f"import os; os.write({pipe}, bytes({held}))"]

    monkeypatch.setattr(capture_child, "_command", says)
    child = CaptureChild(ORDER)
    deadline_s = time.monotonic() + PATIENCE_S
    while not child.is_gone():
        assert time.monotonic() < deadline_s
    assert child.read() == bytes(held)
    assert child.read() == b""
    child.close()
