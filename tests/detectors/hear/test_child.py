from __future__ import annotations

import resource
import sys
import tracemalloc

import pytest
from patience import until

from coughd.config.errors import ModelError
from coughd.detectors.hear.child import Child

BUSY = (sys.executable, "-c", "while True: pass")


def test_processor_time_grows_while_a_process_works_and_ends_with_it() -> None:
    with Child(BUSY) as child:
        before = child.processor_ticks()
        assert before is not None
        until(lambda: (child.processor_ticks() or 0) > before + 3)
    assert child.processor_ticks() is None


def test_looking_for_messages_takes_little_memory() -> None:
    with Child(BUSY) as child:
        tracemalloc.start()
        try:
            child.exchange()
            _, most_bytes = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert most_bytes < 200_000


def test_without_a_descriptor_left_it_cannot_start() -> None:
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, allowed[1]))
    try:
        with pytest.raises(ModelError, match=r"cannot start .*Too many open files"):
            Child(BUSY)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, allowed)
