"""`--verbose`: nothing that passes is left out, and everything is handed on."""

from __future__ import annotations

from coughd.daemon.explaining import Explaining, explained
from coughd.daemon.pipeline import Started
from coughd.storage.records import AnchorSet, Change, EpochEnded, EventRescored, SourceChanged

from ..storage.facts import EPOCH_US, SOURCE, by_hear, covered, event, scored

ANCHOR = AnchorSet(SOURCE, "stretch-1", 0, 16_000, 0, EPOCH_US, 16_000.0)
STARTED = Started("event-1", SOURCE, 24_000, EPOCH_US + 1_500_000, 0.91)


class ListSink:
    """Keeps what comes."""

    def __init__(self) -> None:
        self.passed: list[Change | Started] = []

    def started(self, started: Started) -> None:
        self.passed.append(started)

    def keep(self, change: Change) -> None:
        self.passed.append(change)


def explain(*changes: Change | Started, in_recording: bool = True) -> list[str]:
    sink, lines = ListSink(), list[str]()
    explaining = Explaining(sink, lines.append, in_recording=in_recording)
    for change in changes:
        if isinstance(change, Started):
            explaining.started(change)
        else:
            explaining.keep(change)
    assert sink.passed == list(changes)
    return lines


def test_a_trigger_is_told_at_once_by_its_place_in_the_recording() -> None:
    assert explain(ANCHOR, STARTED)[1] == "1.500 s: a trigger, gate 0.910; its window is waited for"


def test_a_daemon_tells_the_time() -> None:
    (line,) = explain(STARTED, in_recording=False)
    assert line.startswith(f"{SOURCE} 08:00:01.500Z: a trigger")


def test_a_verdict_has_every_score_that_made_it() -> None:
    refused = scored(counted=False, probability=0.2, label="speech")
    _, counted, not_counted = explain(ANCHOR, event(), event("b", scored=refused))
    assert counted.startswith("0.000 s: counted as cough (0.900 >= 0.500; ")
    assert counted.endswith("0.30 s long, -21.4 dBFS, SNR 18.0 dB, window complete")
    assert "not counted, taken for speech: below_threshold (0.200 < 0.500; " in not_counted
    assert "gate 0.910" in not_counted


def test_a_later_score_says_by_whom() -> None:
    (line,) = explain(EventRescored("event-0001", by_hear()))
    assert line.startswith("event 0001: hear judges again: counted as cough (0.950 >= 0.500")


def test_the_condition_of_the_sound_is_told_when_it_changes() -> None:
    lines = explain(ANCHOR, covered(0, 5), covered(0, 9), covered(9, 12, "clipped"))
    assert lines[1:] == [
        "0.000 s: the sound is ok from here on",
        "9.000 s: the sound is clipped from here on",
    ]


def test_epochs_and_states_are_told() -> None:
    ended = EpochEnded("event-1", SOURCE, 3, EPOCH_US, EPOCH_US + 2_000_000, 2.0)
    down = SourceChanged(SOURCE, "down", "gone", EPOCH_US, "it was pulled")
    assert "an epoch of 3 ended" in explain(ended)[0]
    assert explain(down) == [f"{SOURCE}: down (gone): it was pulled"]
    assert explain(down, in_recording=False) == []


def test_who_did_not_ask_gets_his_sink_back() -> None:
    sink = ListSink()
    assert explained(sink, None, "gate", judge=None) is sink  # type: ignore[arg-type]
