from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coughd.daemon.ring import SampleRing


@given(
    st.integers(1, 50),
    st.lists(st.integers(0, 120), max_size=30),
    st.integers(0, 1000),
    st.integers(0, 50),
)
def test_every_kept_sample_reads_back_as_written(
    capacity: int, cuts: list[int], offset: int, length: int
) -> None:
    ring = SampleRing(capacity)
    for cut in cuts:
        ring.write(np.arange(ring.written_sample, ring.written_sample + cut, dtype=np.float32))

    assert sum(cuts) == ring.written_sample
    start = ring.oldest_sample + offset % (capacity + 1)
    stop = start + length
    if start <= stop <= ring.written_sample:
        assert list(range(start, stop)) == ring.read(start, stop).tolist()
    else:
        with pytest.raises(IndexError):
            ring.read(start, stop)


def test_overwritten_samples_are_refused() -> None:
    ring = SampleRing(10)
    ring.write(np.zeros(11, np.float32))

    with pytest.raises(IndexError, match=r"0\.\.5 are outside 1\.\.11"):
        ring.read(0, 5)


def test_a_copy_is_read() -> None:
    ring = SampleRing(4)
    ring.write(np.ones(4, np.float32))
    copy = ring.read(0, 4)
    ring.write(np.zeros(4, np.float32))

    assert copy.tolist() == [1.0, 1.0, 1.0, 1.0]
