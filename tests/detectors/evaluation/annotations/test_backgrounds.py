"""Backgrounds never last longer than their recording."""

from __future__ import annotations

from pathlib import Path

from coughd.detectors.evaluation.annotations.backgrounds import fit_backgrounds
from coughd.detectors.evaluation.annotations.pairing import BackdropLine
from coughd.detectors.evaluation.annotations.rows import BackdropRow


def fitted(*spans_s: tuple[float, float]) -> tuple[list[tuple[float, float]], list[str]]:
    lines = [
        BackdropLine(Path("bg.csv"), BackdropRow(line, "a", start_s, end_s, "tv"))
        for line, (start_s, end_s) in enumerate(spans_s, 2)
    ]
    backdrops, notices = fit_backgrounds(lines, 60.0)
    return [(one.start_s, one.end_s) for one in backdrops], [str(notice) for notice in notices]


def test_they_are_cut_to_the_recording() -> None:
    backdrops, notices = fitted((-10.0, 5.0), (50.0, 90.0), (70.0, 80.0), (5.0, 50.0))

    assert backdrops == [(0.0, 5.0), (5.0, 50.0), (50.0, 60.0)]
    assert notices == [
        (
            "bg.csv:2: lies from -10 to 5 s, partly outside the recording (60.000 s); it is cut "
            "there."
        ),
        (
            "bg.csv:3: lies from 50 to 90 s, partly outside the recording (60.000 s); it is cut "
            "there."
        ),
        "bg.csv:4: lies from 70 to 80 s, outside the recording (60.000 s); it is left out.",
    ]


def test_no_second_has_two() -> None:
    backdrops, notices = fitted((0.0, 30.0), (20.0, 50.0), (25.0, 40.0))

    assert backdrops == [(0.0, 30.0), (30.0, 50.0)]
    assert notices == [
        (
            "bg.csv:3: overlaps the background in line 2 of 'bg.csv'; it begins where that one "
            "ends, at 30 s."
        ),
        "bg.csv:4: lies within the background in line 3 of 'bg.csv'; it is left out.",
    ]


def test_one_may_turn_into_the_next() -> None:
    assert fitted((0.0, 51.0), (50.0, 60.02)) == ([(0.0, 51.0), (51.0, 60.0)], [])
