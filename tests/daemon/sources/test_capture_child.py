from __future__ import annotations

import tracemalloc

from coughd.daemon.sources.capture_child import CaptureChild, CaptureOrder


def test_a_read_takes_little_memory_however_much_the_pipe_may_hold() -> None:
    child = CaptureChild(CaptureOrder("no such device", None, 1, None))
    tracemalloc.start()
    try:
        while child.read() != b"":
            pass
        _, most_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
        child.close()
    assert most_bytes < 200_000
