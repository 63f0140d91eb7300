"""Which coughs get a clip, and what of their sound is in it."""

from __future__ import annotations

import numpy as np
import pytest
from judged_windows import event_id, judged

from coughd.daemon.clips.choosing import ClipChooser
from coughd.detectors.windows import Window
from coughd.storage.records import EventFinished


def chosen(chooser: ClipChooser, *windows: tuple[Window, EventFinished]) -> list[str]:
    for window, event in windows:
        chooser.judged(window, event)
    return [clip.header.event_id for clip in chooser.finish()]


def test_only_counted_coughs_with_a_whole_window_get_a_clip() -> None:
    windows = (
        judged(1, 100_000),
        judged(2, 200_000, counted=False),
        judged(3, 300_000, size=20_000),
    )
    assert chosen(ClipChooser(0.5, 1.5, 0.2), *windows) == [event_id(1)]


def test_a_clip_is_no_longer_than_asked_for() -> None:
    chooser = ClipChooser(0.25, 0.75, None)
    window, event = judged(1, 100_000)
    chooser.judged(window, event)
    (clip,) = chooser.finish()
    np.testing.assert_array_equal(clip.samples, window.samples[4000:20_000])
    assert clip.header.onset_s == 0.25


@pytest.mark.parametrize("speech", [0.2, 0.9, None])
@pytest.mark.parametrize(("onset", "heard"), [(100_001, False), (131_999, False), (132_000, True)])
def test_speech_within_reach_takes_the_clip_along(
    speech: float | None, onset: int, *, heard: bool
) -> None:
    cough = judged(1, 100_000)
    after = judged(2, onset, counted=False, speech=speech)
    assert chosen(ClipChooser(0.5, 1.5, 0.2), cough, after) == ([event_id(1)] if heard else [])
    before = judged(2, 200_000 - onset, counted=False, speech=speech)
    assert chosen(ClipChooser(0.5, 1.5, 0.2), before, cough) == ([event_id(1)] if heard else [])
    assert chosen(ClipChooser(0.5, 1.5, None), cough, after) == [event_id(1)]


def test_speech_in_the_window_itself_is_a_veto_and_counted() -> None:
    chooser = ClipChooser(0.5, 1.5, 0.2)
    assert chosen(chooser, judged(1, 100_000, speech=0.3)) == []
    assert chooser.vetoed == 1


def test_a_clip_waits_until_everything_in_its_reach_is_judged() -> None:
    chooser = ClipChooser(0.5, 1.5, 0.2)
    chooser.judged(*judged(1, 100_000))
    assert chooser.settled(131_999) == []
    assert [clip.header.event_id for clip in chooser.settled(132_000)] == [event_id(1)]
    assert chooser.finish() == []


def test_what_an_earlier_daemon_judged_forbids_clips_and_gets_none() -> None:
    chooser = ClipChooser(0.5, 1.5, 0.2)
    chooser.judged(*judged(1, 100_000, counted=False, speech=0.9), is_known=True)
    chooser.judged(*judged(2, 110_000))
    chooser.judged(*judged(3, 300_000), is_known=True)
    assert [] == chooser.finish()
    assert 1 == chooser.vetoed


def test_beyond_its_bound_the_oldest_candidate_gives_way_and_is_counted() -> None:
    chooser = ClipChooser(0.5, 1.5, None)
    for number in range(70):
        chooser.judged(*judged(number, number * 100))
    assert 6 == chooser.dropped
    assert event_id(6) == chooser.finish()[0].header.event_id
