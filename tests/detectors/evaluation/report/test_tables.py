"""What a person reads first: counts, operating points, and what was taken for coughs."""

from __future__ import annotations

from annotated import claim, cough, heard, sound, truth
from evaluated import recordings, report

from coughd.detectors.evaluation.report.tables import (
    alarm_table,
    counts_line,
    interval_or_dash,
    operating_table,
)


def test_the_counts_are_one_sentence() -> None:
    one = truth(cough(1.0), cough(9.0), cough(20.0, sure=False))
    (system,) = report((heard(one, claim(1.0), claim(20.0), claim(30.0)),))["systems"]

    assert counts_line(system) == (
        "1 of 2 coughs found, 1 missed, 1 false alarm, 1 claim neither way."
    )
    (quiet,) = report((heard(truth(), claim(1.0)),))["systems"]
    assert counts_line(quiet) == "No cough to be found, 1 false alarm, 0 claims neither way."


def test_false_alarms_stand_beside_how_many_such_sounds_there_are() -> None:
    one = truth(
        cough(1.0),
        sounds=(
            *(sound(10.0 + k, "throat_clear") for k in range(5)),
            *(sound(20.0 + k, "door") for k in range(3)),
            sound(30.0, "unknown"),
        ),
        duration_s=3_600.0,
    )
    claims = (claim(1.0), claim(10.0, laugh=0.4), claim(11.0, laugh=0.4), claim(12.0), claim(50.0))
    document = report((heard(one, *claims),))
    table = alarm_table(document, document["systems"][0])

    assert table.rows == (
        ("throat clear", "3", "3.000", "5", "laugh (2)"),
        ("background", "1", "1.000", "", "other (1)"),
        ("door", "0", "0.000", "3", ""),
    )


def test_operating_points_are_those_of_the_curve() -> None:
    one = truth(cough(1.0), cough(9.0), duration_s=7_200.0)
    claims = (claim(1.0, 0.9), claim(9.0, 0.55), *(claim(50.0 + k, 0.6) for k in range(4)))
    (system,) = report((heard(one, *claims),))["systems"]
    table = operating_table(system)

    assert [row[:3] for row in table.rows] == [
        ("in use", "0.5", "1.000"),
        ("best F1 on these recordings", "0.61", "0.500"),
        ("at most 1 per hour", "0.61", "0.500"),
        ("at most 6 per hour", "0.001", "1.000"),
    ]
    (never,) = report((heard(truth(cough(1.0)), claim(9.0, None, counted=True)),))["systems"]
    assert operating_table(never).rows[-1] == (
        "at most 6 per hour", "none", "", "", "", ""
    )  # fmt: skip


def test_a_score_without_an_interval_has_a_dash_and_no_score_nothing() -> None:
    assert interval_or_dash({"value": 0.5, "low": None, "high": None}) == "-"
    assert interval_or_dash({"value": None, "low": None, "high": None}) == ""
    assert interval_or_dash({"value": 0.5, "low": 0.4, "high": 0.6}) == "0.400 to 0.600"


def test_the_tables_hold_for_a_detector_that_hears_nothing() -> None:
    document = report(tuple(heard(one.truth) for one in recordings()))

    assert alarm_table(document, document["systems"][0]).rows == (("laugh", "0", "0.000", "6", ""),)
