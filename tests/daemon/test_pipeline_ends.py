"""A stretch ends: nothing of it is held back, and nothing of it is taken for less than it is."""

from __future__ import annotations

import numpy as np
import pytest
from fakes import cut
from listening_loop import bursts, hear

from coughd.storage.records import EpochEnded

WINDOW_ENDS = 44_000
"""Of a burst at 20,000: the window holds half a second before it."""


@pytest.mark.parametrize(
    ("rate_hz", "length_samples", "window"),
    [
        (16_000, WINDOW_ENDS, "complete"),  # though the gate had not decided all of it
        (16_000, WINDOW_ENDS - 1, "incomplete"),
        (48_000, WINDOW_ENDS + 80, "complete"),  # its last 20 ms come out of the resampler
    ],
)
def test_a_window_is_complete_where_all_its_sound_was_there(
    rate_hz: int, length_samples: int, window: str
) -> None:
    native = np.repeat(bursts((20_000,), length_samples), rate_hz // 16_000)
    sink = hear([("a", list(cut(native, 1_000, rate_hz=rate_hz)))])

    assert [event.window for event in sink.events] == [window]


def test_an_epoch_ends_with_its_stretch() -> None:
    sink = hear([("a", list(cut(bursts((20_000, 36_000), 62_000), 1_600)))])

    (ended,) = (change for change in sink.changes if isinstance(change, EpochEnded))
    last = sink.events[-1]
    assert (ended.epoch_id, ended.offset_us) == (last.epoch_id, last.offset_us)


def test_an_event_is_as_long_as_its_sound() -> None:
    sink = hear([("a", list(cut(bursts((20_000, 60_000), 120_000), 1_600)))])

    lengths = [event.offset_sample - event.onset_sample for event in sink.events]
    assert lengths == pytest.approx([1_600, 1_600], abs=800)
