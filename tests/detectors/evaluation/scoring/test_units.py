"""People are drawn where they are known, recordings where they are not."""

from __future__ import annotations

import numpy as np
from annotated import claim, cough, heard, sound, truth

from coughd.detectors.evaluation.scoring.outcome import Tally, examine
from coughd.detectors.evaluation.scoring.units import (
    count_table,
    tally_table,
    units_of_recordings,
    units_of_sounds,
)


def test_recordings_are_units_where_nobody_is_named() -> None:
    units = units_of_sounds([truth(cough(1.0), name="a"), truth(name="b")])

    assert (units.over, units.names, units.of_recording) == ("recordings", ("a", "b"), (0, 1))
    assert units.whole


def test_recordings_of_one_person_are_one_unit() -> None:
    truths = [
        truth(cough(1.0, subject="p"), name="a", subject="p"),
        truth(cough(1.0, subject="q"), name="b", subject="q"),
        truth(cough(1.0, subject="p"), name="c", subject="p"),
    ]
    units = units_of_sounds(truths)

    assert (units.over, units.names, units.of_recording) == ("subjects", ("p", "q"), (0, 1, 0))
    assert units_of_sounds(truths, "recordings").names == ("a", "b", "c")


def test_people_within_recordings_are_units_and_share_the_hours() -> None:
    first = truth(
        cough(1.0, subject="p"),
        cough(5.0, subject="q"),
        name="a",
        sounds=(sound(9.0, "laugh", subject="l"),),
        duration_s=1_800.0,
    )
    second = truth(cough(1.0, subject="p"), name="b", subject="p", duration_s=1_800.0)
    recordings = [
        heard(first, claim(1.0), claim(9.0), claim(30.0)),
        heard(second, claim(1.0), claim(30.0)),
    ]
    units = units_of_sounds([first, second])
    table = count_table([examine(recording) for recording in recordings], units)

    assert units.names == ("p", "q", "l", "a")
    assert table[:, :3].tolist() == [[2, 0, 1], [0, 1, 0], [0, 0, 1], [0, 0, 1]]
    np.testing.assert_allclose(table[:, 3], 0.25)


def test_who_is_heard_is_a_unit_whether_or_not_a_false_alarm_came_of_it() -> None:
    recording = truth(
        cough(1.0, subject="p"),
        cough(5.0, subject="q"),
        cough(7.0, sure=False, subject="r"),
        sounds=(sound(9.0, "laugh", subject="l"),),
        name="a",
    )

    assert units_of_sounds([recording]).names == ("p", "q", "l", "a")


def test_an_unsure_cough_of_nobody_does_not_hide_who_coughs() -> None:
    recording = truth(cough(1.0, subject="p"), cough(5.0, sure=False), name="a", subject="p")

    assert units_of_sounds([recording, truth(name="b", subject="p")]).names == ("p",)


def test_one_unknown_cough_makes_recordings_the_units() -> None:
    mixed = truth(cough(1.0, subject="p"), cough(5.0), name="a")

    assert units_of_sounds([mixed]).over == "recordings"


def test_tallies_are_summed_by_unit() -> None:
    truths = [truth(name="a", subject="p"), truth(name="b", subject="p")]
    table = tally_table(
        [Tally(1, 2, 3, 3_600.0), Tally(4, 5, 6, 1_800.0)], units_of_recordings(truths)
    )

    assert table.tolist() == [[5.0, 7.0, 9.0, 1.5]]
