from __future__ import annotations

import numpy as np
import pytest

from coughd.daemon.ring import SampleRing
from coughd.detectors.ports import Trigger
from coughd.detectors.windows import Window, WindowCutter


def trigger(onset_sample: int) -> Trigger:
    return Trigger(onset_sample, onset_sample + 3_000, 0.9)


def ring_with(count: int) -> SampleRing:
    """Each sample is its own index; 80,000 are remembered."""
    ring = SampleRing(80_000)
    ring.write(np.arange(count, dtype=np.float32))
    return ring


def onsets(windows: list[Window]) -> list[int]:
    return [window.trigger.onset_sample for window in windows]


def test_a_window_waits_for_its_last_sample_and_for_the_gate() -> None:
    ring = ring_with(51_999)
    cutter = WindowCutter(ring)
    cutter.add(trigger(28_000))

    assert cutter.ready(decided_sample=60_000) == []
    ring.write(np.array([51_999.0], np.float32))
    assert cutter.ready(decided_sample=51_999) == []
    (window,) = cutter.ready(decided_sample=52_000)
    assert window.complete
    assert window.start_sample == 20_000
    assert window.samples[8_000] == 28_000
    assert window.samples[-1] == 51_999


def test_triggers_within_a_fifth_of_a_second_share_a_window() -> None:
    cutter = WindowCutter(ring_with(80_000))

    assert [True, False, True] == [cutter.add(trigger(n)) for n in (20_000, 23_199, 23_200)]
    assert onsets(cutter.ready(80_000)) == [20_000, 23_200]


def test_the_next_onset_is_told_only_inside_the_window() -> None:
    cutter = WindowCutter(ring_with(80_000))
    for onset in (20_000, 43_999, 68_000):
        cutter.add(trigger(onset))

    first, second = cutter.ready(68_000)
    assert first.next_onset_sample == 43_999
    assert second.next_onset_sample is None


def test_an_onset_just_behind_the_window_is_not_told() -> None:
    cutter = WindowCutter(ring_with(80_000))
    for onset in (20_000, 44_000):
        cutter.add(trigger(onset))

    (first,) = cutter.ready(44_000)
    assert first.next_onset_sample is None


def test_what_the_ring_has_forgotten_is_missing_not_made_up() -> None:
    ring = ring_with(90_000)
    cutter = WindowCutter(ring)
    cutter.add(trigger(12_000))

    (window,) = cutter.ready(90_000)
    assert window.start_sample == ring.oldest_sample == 10_000
    assert window.samples[0] == 10_000
    assert not window.complete


def test_a_gate_that_never_decides_is_a_defect() -> None:
    cutter = WindowCutter(ring_with(0))
    for number in range(64):
        cutter.add(trigger(3_200 * number))
    with pytest.raises(RuntimeError, match="later than its look-ahead"):
        cutter.add(trigger(3_200 * 64))


def test_the_oldest_that_waits_is_known() -> None:
    cutter = WindowCutter(ring_with(80_000))
    assert cutter.waiting_onset_sample is None
    cutter.add(trigger(20_000))
    cutter.add(trigger(30_000))
    assert cutter.waiting_onset_sample == 20_000


@pytest.mark.parametrize(
    ("onset", "written", "size"), [(100, 24_100, 24_100), (9_000, 20_000, 19_000)]
)
def test_a_stretchs_edge_makes_a_window_incomplete_not_padded(
    onset: int, written: int, size: int
) -> None:
    cutter = WindowCutter(ring_with(written))
    cutter.add(trigger(onset))

    (window,) = cutter.finish()
    assert not window.complete
    assert window.samples.size == size
