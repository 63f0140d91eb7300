"""The balance itself: that it finds what is missing, and nothing where nothing is."""

from __future__ import annotations

from pathlib import Path

import pytest

from .balance import compare, messages_line
from .recordings import Recording

LAP = 160_000
ONSETS = (24_000, 40_000, 100_000)
RECORDING = Recording(Path("recording.flac"), LAP, dict.fromkeys(ONSETS, True) | {70_000: False})
HEARD = [lap * LAP + onset for lap in range(3) for onset in ONSETS]
TWO_LAPS_AND_A_HALF = (0, 2 * LAP + 80_000)
IN_TWO_LAPS_AND_A_HALF = HEARD[:8]


def test_a_second_lap_may_begin_its_coughs_some_samples_elsewhere() -> None:
    moved = [onset + (onset > LAP) for onset in IN_TWO_LAPS_AND_A_HALF]
    assert compare(RECORDING, *TWO_LAPS_AND_A_HALF, moved) == {
        "played": 7,  # the eighth is so near the end that its window may be incomplete
        "found": 7,
        "not played": 0,
    }


@pytest.mark.parametrize("lost", [0, 3, 6])
def test_a_cough_that_is_not_stored_is_missing(lost: int) -> None:
    stored = [*IN_TWO_LAPS_AND_A_HALF]
    del stored[lost]
    assert compare(RECORDING, *TWO_LAPS_AND_A_HALF, stored) == {
        "played": 7,
        "found": 6,
        "not played": 0,
    }


@pytest.mark.parametrize("onset", [24_000, 70_000, LAP + 30_000], ids=["again", "other", "none"])
def test_a_cough_too_many_is_found(onset: int) -> None:
    compared = compare(RECORDING, *TWO_LAPS_AND_A_HALF, [*IN_TWO_LAPS_AND_A_HALF, onset])
    assert compared == {"played": 7, "found": 7, "not played": 1}


def test_a_cough_somewhere_else_is_missing_and_too_many() -> None:
    stored = [HEARD[0] + 1_600, *HEARD[1:8]]
    compared = compare(RECORDING, *TWO_LAPS_AND_A_HALF, stored)
    assert compared == {"played": 7, "found": 6, "not played": 1}


def test_at_the_edges_of_a_stretch_nothing_is_due() -> None:
    assert compare(RECORDING, 20_000, 100_000 + 48_000, [40_000]) == {
        "played": 1,
        "found": 1,
        "not played": 0,
    }


STORED = [f"message {number}" for number in range(5)]


def test_what_was_told_after_the_store_was_read_is_no_difference() -> None:
    assert messages_line(STORED, [*STORED, "one more"], STORED).difference == 0


@pytest.mark.parametrize(
    "log",
    [STORED[:4], [*STORED[:2], *STORED[3:], "one more"], [*STORED[:2], "another", *STORED[3:]]],
    ids=["late", "lost", "changed"],
)
def test_a_log_that_lacks_or_changes_a_message_differs(log: list[str]) -> None:
    assert messages_line(STORED, log, STORED).difference > 0
    assert messages_line(STORED, STORED, log).difference > 0
