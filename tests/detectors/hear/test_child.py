from __future__ import annotations

import sys
import time
from collections.abc import Callable

from coughd.detectors.hear.child import Child

LONG_S = 60.0
BUSY = (sys.executable, "-c", "while True: pass")


def until(holds: Callable[[], bool]) -> None:
    deadline_s = time.monotonic() + LONG_S
    while not holds():
        assert time.monotonic() < deadline_s


def test_processor_time_grows_while_a_process_works_and_ends_with_it() -> None:
    with Child(BUSY) as child:
        before = child.processor_ticks()
        assert before is not None
        until(lambda: (child.processor_ticks() or 0) > before + 3)
    assert child.processor_ticks() is None
